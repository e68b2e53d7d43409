//! Ids that are chosen for something new.

use unlockd_domain::{NewIdError, OrganizationId, TextError, UserId};

fn assert_chosen(id: &str, expected: Result<(), NewIdError>) {
    assert_eq!(UserId::choose(id).map(drop), expected, "{id:?}");
    assert_eq!(OrganizationId::choose(id).map(drop), expected, "{id:?}");
}

#[test]
fn an_id_that_means_another_path_is_not_chosen() {
    for id in [".", ".."] {
        assert_chosen(id, Err(NewIdError::DotSegment));
    }
    for id in ["x/../mara", "/", r"..\mara", "a\tb", "a\r\n", "\u{7F}", "\u{85}"] {
        assert_chosen(id, Err(NewIdError::Character));
    }
    // What exists is read all the same.
    assert_eq!(UserId::new("x/../mara").unwrap().as_str(), "x/../mara");
}

#[test]
fn every_other_text_of_1_to_200_characters_is_chosen() {
    for id in ["...", ".a", "a.", "%2F", "a b", "\u{1F511}", "?#:@", &"é".repeat(200)] {
        assert_chosen(id, Ok(()));
    }
    assert_chosen("", Err(NewIdError::Text(TextError::Empty)));
    assert_chosen("a\0b", Err(NewIdError::Text(TextError::ContainsNul)));
    assert_chosen(&"a".repeat(201), Err(NewIdError::Text(TextError::TooLong { max: 200 })));
}
