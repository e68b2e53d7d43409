//! By what people say who they are.

use unlockd_domain::{LoginName, TextError, UsernameKey};

/// The keys that are looked for: of the whole instance, and of an organization.
fn keys(text: &str) -> (String, Option<(String, String)>) {
    let name = LoginName::new(text).unwrap();
    assert_eq!(name.as_str(), text);
    let specific = name
        .organization_specific()
        .map(|(key, organization)| (key.as_str().to_owned(), organization.as_str().to_owned()));
    (name.key().as_str().to_owned(), specific)
}

fn specific(name: &str, organization: &str) -> (String, String) {
    (name.to_owned(), organization.to_owned())
}

#[test]
fn a_name_without_an_at_sign_is_one_of_the_whole_instance() {
    assert_eq!(keys("ada"), ("ada".to_owned(), None));
    assert_eq!(keys("Straße"), ("strasse".to_owned(), None));
}

#[test]
fn what_is_behind_the_last_at_sign_may_be_an_organization() {
    assert_eq!(keys("Ada@Acme"), ("ada@acme".to_owned(), Some(specific("ada", "Acme"))));
    assert_eq!(
        keys("ada@example.com@acme"),
        (
            "ada@example.com@acme".to_owned(),
            Some(specific("ada@example.com", "acme"))
        )
    );
    assert_eq!(
        keys("ada@example.com"),
        ("ada@example.com".to_owned(), Some(specific("ada", "example.com")))
    );
}

#[test]
fn nothing_before_or_behind_the_at_sign_is_no_organization() {
    for text in ["@", "@acme", "ada@", "ada@@"] {
        assert_eq!(keys(text).1, None, "{text}");
    }
}

#[test]
fn names_that_differ_in_case_or_composition_only_are_looked_for_by_one_key() {
    for (one, other) in [("ADA", "ada"), ("É@acme", "e\u{301}@acme")] {
        assert_eq!(keys(one), keys(other));
    }
    assert_eq!(*LoginName::new("Ada").unwrap().key(), UsernameKey::of("ada").unwrap());
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
