//! Moments in a row, where a column holds several: a JSON array of microseconds since 1970-01-01T00:00:00Z.

use unlockd_application::ports::BoxError;
use unlockd_domain::Timestamp;

/// The text of the moments, in their order.
pub(crate) fn timestamp_list_text(moments: &[Timestamp]) -> String {
    let numbers: Vec<String> = moments
        .iter()
        .map(|moment| moment.unix_microseconds().to_string())
        .collect();
    format!("[{}]", numbers.join(","))
}

/// The moments of a text that [`timestamp_list_text`] made.
pub(crate) fn parse_timestamp_list(text: &str) -> Result<Vec<Timestamp>, BoxError> {
    let numbers = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .ok_or("a list of moments is no array")?;
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    numbers
        .split(',')
        .map(|number| Ok(Timestamp::from_unix_microseconds(number.parse()?)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_from_their_text_as_they_were() {
        for numbers in [vec![], vec![0], vec![3, -1, 3, 1_234_567_890_123_456]] {
            let moments: Vec<Timestamp> = numbers
                .iter()
                .map(|number| Timestamp::from_unix_microseconds(*number).unwrap())
                .collect();
            let text = timestamp_list_text(&moments);
            assert_eq!(text, format!("{numbers:?}").replace(' ', ""));
            assert_eq!(parse_timestamp_list(&text).unwrap(), moments);
        }
    }

    #[test]
    fn a_text_that_is_no_list_of_moments_is_refused() {
        for text in ["", "1", "[", "[1", "[1,]", "[a]", "[9223372036854775807]"] {
            assert!(parse_timestamp_list(text).is_err(), "{text}");
        }
    }
}
