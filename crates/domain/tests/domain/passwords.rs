//! How long passwords and hashes may be, which passwords are too weak, and that no secret is printed.

use unlockd_domain::{OrganizationId, PasswordHash, PasswordWeakness, PlainPassword, TextError};

#[test]
fn a_hash_has_1_to_512_characters_without_nul() {
    let longest = "h".repeat(512);
    assert_eq!(PasswordHash::new(longest.as_str()).unwrap().expose(), longest);
    for (hash, error) in [
        (String::new(), TextError::Empty),
        (format!("{longest}h"), TextError::TooLong { max: 512 }),
        ("$argon2id\0".to_owned(), TextError::ContainsNul),
    ] {
        assert_eq!(PasswordHash::new(hash), Err(error));
    }
}

#[test]
fn a_typed_password_has_up_to_1024_characters() {
    let longest = "\u{1F511}".repeat(1024);
    assert_eq!(PlainPassword::typed(longest.as_str()).unwrap().expose(), longest);
    for (password, error) in [
        (String::new(), TextError::Empty),
        (format!("{longest}h"), TextError::TooLong { max: 1024 }),
        ("pass\0word".to_owned(), TextError::ContainsNul),
    ] {
        assert_eq!(PlainPassword::typed(password), Err(error));
    }
}

#[test]
fn a_common_password_is_weak_in_any_case_composition_and_width_and_between_blanks() {
    for common in [
        "password",
        "12345678",
        "PassWord1",
        "QWERTYUIOP",
        "ｐａｓｓｗｏｒｄ",
        " iloveyou ",
        "CONTRASEN\u{303}A",
        "ПАРОЛЬ",
    ] {
        let strength = PlainPassword::new(common).unwrap().check_strength();
        assert_eq!(strength, Err(PasswordWeakness::Common), "{common}");
    }
    for uncommon in [
        "correct horse battery staple",
        "passwordpasswordpass word",
        "Pässwörd 1",
    ] {
        assert_eq!(
            PlainPassword::new(uncommon).unwrap().check_strength(),
            Ok(()),
            "{uncommon}"
        );
    }
}

#[test]
fn blanks_of_any_kind_are_weak() {
    for blank in ["        ", "\u{3000}\u{a0}\t\n ", " "] {
        let strength = PlainPassword::new(blank).unwrap().check_strength();
        assert_eq!(strength, Err(PasswordWeakness::Blank), "{blank:?}");
    }
}

#[test]
fn a_password_differs_from_a_username_and_from_the_name_to_sign_in_with() {
    let organization = OrganizationId::new("acme.com").unwrap();
    let check = |password: &str, username: &str| {
        let password = PlainPassword::new(password).unwrap();
        password.check_differs_from(username, &organization)
    };
    for (password, username) in [
        ("alice.cooper", "alice.cooper"),
        ("ALICE.Cooper", "alice.cooper"),
        (" alice.cooper", "alice.cooper"),
        ("ａｌｉｃｅ.cooper", "Alice.Cooper"),
        ("Alice@ACME.com", "alice"),
        ("rene\u{301}e.b", "RENÉE.B"),
    ] {
        assert_eq!(check(password, username), Err(PasswordWeakness::Username), "{password}");
    }
    for (password, username) in [("alice.cooper1", "alice.cooper"), ("alice@other.com", "alice")] {
        assert_eq!(check(password, username), Ok(()), "{password}");
    }
}

#[test]
fn neither_passwords_nor_hashes_are_printed() {
    let password = PlainPassword::new("correct horse").unwrap();
    let hash = PasswordHash::trusted("$argon2id$secret".to_owned());
    assert_eq!(format!("{password:?} {hash:?}"), "PlainPassword(..) PasswordHash(..)");
}

#[test]
fn a_password_has_one_normal_form_however_it_is_composed() {
    let normal = |password: &str| PlainPassword::new(password).unwrap().normalized().into_owned();
    for (typed, expected) in [
        ("e\u{301}", "é"),
        ("ﬁ", "fi"),
        ("ｐａｓｓ", "pass"),
        ("①", "1"),
        ("\u{212B}", "Å"),
        ("a\u{a0}b", "a b"),
        ("correct horse", "correct horse"),
        ("CASE stays", "CASE stays"),
    ] {
        assert_eq!(normal(typed), expected, "{typed}");
        assert_eq!(PlainPassword::new(typed).unwrap().expose(), typed);
    }
}

#[test]
fn the_length_of_a_password_is_that_of_its_normal_form() {
    for (typed, characters) in [("e\u{301}", 1), ("ﬃ", 3), ("\u{1F511}", 1), ("ﷺ", 18)] {
        assert_eq!(PlainPassword::new(typed).unwrap().characters(), characters, "{typed}");
    }
}
