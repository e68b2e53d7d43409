//! How long texts may be, and what they may hold.

use proptest::prelude::*;
use unlockd_domain::{
    AccessTokenId, OrganizationId, OrganizationName, PlainPassword, Reason, SessionId, TextError, UserId, UsernameId,
};

use crate::cases;

type Constructor = fn(&str) -> Result<String, TextError>;

/// Every type that takes 1 to 200 characters, by what comes back out of it.
const TYPES: [(&str, Constructor); 7] = [
    ("UserId", |text| UserId::new(text).map(|id| id.as_str().to_owned())),
    ("OrganizationId", |text| {
        OrganizationId::new(text).map(|id| id.as_str().to_owned())
    }),
    ("UsernameId", |text| {
        UsernameId::new(text).map(|id| id.as_str().to_owned())
    }),
    ("AccessTokenId", |text| {
        AccessTokenId::new(text).map(|id| id.as_str().to_owned())
    }),
    ("SessionId", |text| {
        SessionId::new(text).map(|id| id.as_str().to_owned())
    }),
    ("OrganizationName", |text| {
        OrganizationName::new(text).map(|name| name.as_str().to_owned())
    }),
    ("PlainPassword", |text| {
        PlainPassword::new(text).map(|password| password.expose().to_owned())
    }),
];

#[test]
fn a_text_has_1_to_200_characters_of_any_size() {
    for (name, construct) in TYPES {
        assert_eq!(construct(""), Err(TextError::Empty), "{name}");
        for character in ["a", "é", "鍵", "\u{1F511}", "\u{10FFFF}"] {
            for length in [1, 199, 200] {
                let text = character.repeat(length);
                assert_eq!(construct(&text).as_deref(), Ok(text.as_str()), "{name}");
            }
            let too_long = construct(&character.repeat(201));
            assert_eq!(too_long, Err(TextError::TooLong { max: 200 }), "{name}");
        }
    }
}

#[test]
fn nul_is_refused_wherever_it_stands() {
    for (name, construct) in TYPES {
        for text in ["\0", "\0after", "before\0", "be\0tween"] {
            assert_eq!(construct(text), Err(TextError::ContainsNul), "{name}");
        }
    }
    assert_eq!(Reason::parse("be\0tween"), Err(TextError::ContainsNul));
}

#[test]
fn a_reason_has_up_to_500_characters_and_the_empty_one_is_none() {
    assert_eq!(Reason::parse(""), Ok(None));
    for length in [1, 500] {
        let text = "\u{1F511}".repeat(length);
        let reason = Reason::parse(text.as_str()).unwrap();
        assert_eq!(reason.as_ref().map(Reason::as_str), Some(text.as_str()));
    }
    let too_long = Reason::parse("\u{1F511}".repeat(501));
    assert_eq!(too_long, Err(TextError::TooLong { max: 500 }));
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn whatever_is_accepted_comes_back_as_it_was_given(characters in prop::collection::vec(any::<char>(), 0..220)) {
        let text = characters.iter().collect::<String>();
        let acceptable = (1..=200).contains(&characters.len()) && !characters.contains(&'\0');
        for (name, construct) in TYPES {
            let constructed = construct(&text);
            prop_assert_eq!(constructed.is_ok(), acceptable, "{}", name);
            if let Ok(given_back) = constructed {
                prop_assert_eq!(given_back, text.as_str(), "{}", name);
            }
        }
    }
}
