//! What owners may note about a user.

use unlockd_domain::{UserData, UserDataError};

/// An object with this many levels, alternately of objects and lists.
fn nested(levels: usize) -> String {
    let mut text = "1".to_owned();
    for level in (0..levels).rev() {
        text = if level % 2 == 0 {
            format!("{{\"a\":{text}}}")
        } else {
            format!("[{text}]")
        };
    }
    text
}

#[test]
fn an_object_is_kept_byte_for_byte() {
    let objects = [
        "{}",
        " {\n\t\"b\" : 1,  \"a\":[ ] }\r\n",
        "{\"big\":12345678901234567890123456789,\"small\":1.0e-7,\"minus\":-0}",
        "{\"a\":1,\"a\":2}",
        "{\"\":\"\\u0000\\ud83d\\ude00\\/\"}",
    ];
    for text in objects {
        assert_eq!(
            UserData::from_json(text).map(|data| data.as_json().to_owned()),
            Ok(text.to_owned())
        );
    }
}

#[test]
fn what_is_no_object_is_refused() {
    let refused = ["", " ", "null", "true", "1", "\"{}\"", "[]", "[{}]", "\u{a0}{}"];
    for text in refused {
        assert_eq!(UserData::from_json(text), Err(UserDataError::NotAnObject), "{text:?}");
    }
    assert_eq!(UserData::from_json("[".repeat(2_000)), Err(UserDataError::NotAnObject));
}

#[test]
fn an_object_that_is_no_json_or_that_a_struct_cannot_hold_is_refused() {
    let refused = [
        "{",
        "{}{}",
        "{} x",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":NaN}",
        "{\"a\":\"\u{0}\"}",
        "{\"a\":\"\\ud83d\"}",
        "{\"a\":1e400}",
        "{\"a\":\"",
        "{\"a\\",
    ];
    for text in refused {
        assert_eq!(UserData::from_json(text), Err(UserDataError::NotJson), "{text:?}");
    }
}

#[test]
fn the_limit_of_16_kib_counts_bytes() {
    let frame = "{\"a\":\"\"}".len();
    for (character, size) in [("a", 1), ("é", 2), ("\u{1F511}", 4)] {
        let fitting = character.repeat((UserData::MAX_BYTES - frame) / size);
        let fill = |more: &str| format!("{{\"a\":\"{fitting}{more}\"}}");
        assert_eq!(fill("").len(), UserData::MAX_BYTES);
        assert!(UserData::from_json(fill("")).is_ok(), "{character}");
        assert_eq!(
            UserData::from_json(fill("a")),
            Err(UserDataError::TooLong),
            "{character}"
        );
    }
    let spaces = " ".repeat(UserData::MAX_BYTES - 1);
    assert_eq!(
        UserData::from_json(format!("{spaces}{{}}")),
        Err(UserDataError::TooLong)
    );
}

#[test]
fn an_object_has_at_most_30_levels() {
    for levels in [1, 2, 29, 30] {
        assert!(UserData::from_json(nested(levels)).is_ok(), "{levels}");
    }
    for levels in [31, 32, 100, 150, 2_000] {
        let refused = UserData::from_json(nested(levels));
        assert_eq!(refused, Err(UserDataError::TooDeep), "{levels}");
    }
    let beside = format!("{{\"flat\":1,\"list\":[1,{}]}}", nested(29));
    assert_eq!(UserData::from_json(beside), Err(UserDataError::TooDeep));
}

#[test]
fn brackets_in_strings_and_side_by_side_are_no_levels() {
    for text in [
        format!("{{\"a\":\"{}\"}}", "[{".repeat(100)),
        format!("{{\"a\\\"{}\":\"\\\\\"}}", "[".repeat(100)),
        format!("{{\"a\":[{}[]]}}", "[],".repeat(100)),
    ] {
        assert!(UserData::from_json(text.clone()).is_ok(), "{text}");
    }
    let after_escapes = format!("{{\"a\":\"\\\\\",\"b\":{}}}", nested(30));
    assert_eq!(UserData::from_json(after_escapes), Err(UserDataError::TooDeep));
}

#[test]
fn what_a_store_holds_can_be_read_under_any_rule() {
    let text = format!("{{\"a\":\"{}\"}}", "a".repeat(UserData::MAX_BYTES));
    assert_eq!(UserData::trusted(text.clone()).as_json(), text);
}
