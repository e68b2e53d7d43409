//! `docs/errors.md` says what the code does.

use std::collections::BTreeMap;

use unlockd_application::ErrorReason;

const PAGE: &str = include_str!("../../../../docs/errors.md");

/// The reasons of the page's table, and the number of the code that it gives for each.
fn documented() -> BTreeMap<&'static str, i32> {
    let mut reasons = BTreeMap::new();
    for line in PAGE.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", reason, _when, code, _http, _what_to_do, ""] = cells.as_slice() else {
            continue;
        };
        let Some(reason) = reason.strip_prefix('`').and_then(|reason| reason.strip_suffix('`')) else {
            continue;
        };
        let number = code
            .split_whitespace()
            .next()
            .expect("a code")
            .parse()
            .expect("the number of a code");
        assert_eq!(reasons.insert(reason, number), None, "{reason} has two rows");
    }
    reasons
}

#[test]
fn the_page_lists_every_reason_with_its_code_and_no_other() {
    let existing: BTreeMap<_, _> = ErrorReason::ALL
        .iter()
        .map(|reason| (reason.as_str(), reason.code().number()))
        .collect();

    assert_eq!(documented(), existing);
}
