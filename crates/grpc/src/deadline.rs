use std::time::Duration;

use http::HeaderMap;
use thiserror::Error;

/// The header in which a client says how long it waits.
pub(crate) const GRPC_TIMEOUT: &str = "grpc-timeout";

/// The client's timeout is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be 1 to 8 digits and one of the units H, M, S, m, u, n")]
pub(crate) struct MalformedTimeout;

/// How long the client waits, if it says so (the gRPC protocol over HTTP/2, "Timeout").
pub(crate) fn requested_timeout(headers: &HeaderMap) -> Result<Option<Duration>, MalformedTimeout> {
    let Some(value) = headers.get(GRPC_TIMEOUT) else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| MalformedTimeout)?;
    let (digits, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or(MalformedTimeout)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(MalformedTimeout);
    }
    let number = digits.parse().map_err(|_| MalformedTimeout)?;
    match unit {
        "H" => Ok(Duration::from_hours(number)),
        "M" => Ok(Duration::from_mins(number)),
        "S" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_millis(number)),
        "u" => Ok(Duration::from_micros(number)),
        "n" => Ok(Duration::from_nanos(number)),
        _ => Err(MalformedTimeout),
    }
    .map(Some)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn timeout(text: &'static str) -> Result<Option<Duration>, MalformedTimeout> {
        requested_timeout(&HeaderMap::from_iter([(
            http::HeaderName::from_static(GRPC_TIMEOUT),
            HeaderValue::from_static(text),
        )]))
    }

    #[test]
    fn every_unit_of_the_protocol_is_understood() {
        let expected = [
            ("2H", Duration::from_hours(2)),
            ("3M", Duration::from_mins(3)),
            ("10S", Duration::from_secs(10)),
            ("250m", Duration::from_millis(250)),
            ("7u", Duration::from_micros(7)),
            ("99999999n", Duration::from_nanos(99_999_999)),
        ];
        for (text, span) in expected {
            assert_eq!(timeout(text), Ok(Some(span)), "{text}");
        }
        assert_eq!(requested_timeout(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn what_is_not_a_timeout_is_refused() {
        for text in ["", "S", "5", "5s", "123456789S", "-1S", "+1S", "1.5S", " 1S", "1 S"] {
            assert_eq!(timeout(text), Err(MalformedTimeout), "{text:?}");
        }
    }
}
