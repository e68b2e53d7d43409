use std::cmp::Ordering;

/// One password a line, sorted by bytes, each in the form of [`caseless`](crate::text::caseless). `data/README.md` names the
/// sources.
const LIST: &str = include_str!("../data/common-passwords.txt");

/// Searches the text itself, so the list takes no memory of its own and no time at start.
pub(crate) fn is_common(password: &str) -> bool {
    let (list, password) = (LIST.as_bytes(), password.as_bytes());
    let (mut start, mut end) = (0, list.len());
    while start < end {
        let middle = start.midpoint(end);
        let is_break = |byte: &u8| *byte == b'\n';
        let line_start = list[start..middle]
            .iter()
            .rposition(is_break)
            .map_or(start, |at| start + at + 1);
        let line_end = list[middle..end]
            .iter()
            .position(is_break)
            .map_or(end, |at| middle + at);
        match list[line_start..line_end].cmp(password) {
            Ordering::Less => start = line_end + 1,
            Ordering::Equal => return true,
            Ordering::Greater => end = line_start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::caseless;

    #[test]
    fn the_list_is_sorted_and_in_the_form_that_passwords_are_compared_in() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() >= 10_000);
        assert!(lines.is_sorted_by(|one, next| one.as_bytes() < next.as_bytes()));
        for line in lines {
            assert_eq!(caseless(line), line);
        }
    }

    #[test]
    fn every_line_is_found_and_nothing_else() {
        for line in LIST.lines() {
            assert!(is_common(line), "{line}");
        }
        for other in [
            "",
            "\n",
            "correct horse battery staple",
            "123456\n",
            "\u{10FFFF}",
            "qwerty123456qwert",
        ] {
            assert!(!is_common(other), "{other:?}");
        }
    }
}
