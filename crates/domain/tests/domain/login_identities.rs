//! By what people say who they are.

use unlockd_domain::{LoginName, TextError, Username, UsernameId, UsernameKey, UsernameScope};

use crate::organization_id;

#[test]
fn a_login_name_is_looked_for_by_its_key_and_kept_as_it_was_typed() {
    for (text, key) in [
        ("Ada", "ada"),
        (" ada\u{200B}\n", "ada"),
        ("Ada@ACME", "ada@acme"),
        ("Ａｄａ@acme", "ada@acme"),
    ] {
        let name = LoginName::new(text).unwrap();
        assert_eq!((name.as_str(), name.key()), (text, &UsernameKey::of(key)), "{text}");
    }
}

#[test]
fn a_username_is_meant_by_its_login_name() {
    let acme = organization_id("Acme");
    for (scope, login_name) in [
        (UsernameScope::Instance, "ada@home"),
        (UsernameScope::Organization, "ada@home@acme"),
    ] {
        let username = Username::new(UsernameId::new("id").unwrap(), "Ada@Home", scope).unwrap();
        assert_eq!(*LoginName::new(login_name).unwrap().key(), username.login_key(&acme));
    }
}

#[test]
fn a_text_that_cannot_be_a_username_is_a_login_name_all_the_same() {
    for text in [
        " ",
        "\u{200B}",
        "\u{1F511}",
        "correct horse, battery staple!",
        "aא",
        "@",
        "@acme",
        "ada@",
    ] {
        assert!(LoginName::new(text).is_ok(), "{text:?}");
    }
}

#[test]
fn a_name_has_1_to_200_characters_without_nul() {
    assert!(LoginName::new("é".repeat(200)).is_ok());
    for (text, problem) in [
        (String::new(), TextError::Empty),
        ("a".repeat(201), TextError::TooLong { max: 200 }),
        ("a\0da".to_owned(), TextError::ContainsNul),
    ] {
        assert_eq!(LoginName::new(text), Err(problem));
    }
}
