//! When two usernames are the same.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use proptest::prelude::*;
use unlockd_domain::{TextError, Username, UsernameId, UsernameKey, UsernameScope};

use crate::{cases, organization_id};

fn key(name: &str) -> UsernameKey {
    UsernameKey::of(name).unwrap()
}

#[test]
fn names_that_differ_in_case_or_composition_only_have_one_key() {
    let same = [
        ("alice", "ALICE"),
        ("Alice@Example.COM", "alice@example.com"),
        ("straße", "STRASSE"),
        ("Straẞe", "strasse"),
        ("ΟΔΟΣ", "οδος"),
        ("οδοσ", "οδος"),
        ("É", "e\u{301}"),
        ("Å", "\u{212B}"),
        ("K", "\u{212A}"),
        ("ﬃ", "FFI"),
        ("ᾳ", "ΑΙ"),
        ("ĲSSEL", "ĳssel"),
        ("\u{10400}", "\u{10428}"),
        ("Ꭰ", "ꭰ"),
        ("ᾀ\u{316}", "ἀ\u{316}ι"),
    ];
    for (one, other) in same {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn names_that_differ_in_more_have_different_keys() {
    let different = [
        ("alice", "alice "),
        ("alice", "al\u{200B}ice"),
        ("e", "é"),
        ("ı", "i"),
        ("İ", "i"),
        ("a", "а"),
        ("ａ", "a"),
        ("ﾊ", "ハ"),
        ("1", "¹"),
    ];
    for (one, other) in different {
        assert_ne!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn a_name_that_grows_beyond_the_limit_when_composed_is_refused() {
    // U+1D160 is never composed again: three characters for one.
    let grows = "\u{1D160}".repeat(67);
    assert_eq!(grows.chars().count(), 67);
    assert_eq!(UsernameKey::of(&grows), Err(TextError::TooLong { max: 200 }));
    assert!(UsernameKey::of(&"\u{1D160}".repeat(66)).is_ok());
}

#[test]
fn a_username_is_kept_as_it_was_typed() {
    let id = UsernameId::new("id").unwrap();
    let username = Username::new(id.clone(), "Straße e\u{301}", UsernameScope::Organization).unwrap();
    assert_eq!(username.name(), "Straße e\u{301}");
    assert_eq!(username.to_string(), "Straße e\u{301}");
    assert_eq!(username.key().as_str(), "strasse é");
    assert_eq!(*username.id(), id);
}

#[test]
fn a_name_of_an_organization_belongs_to_the_one_of_its_user() {
    let acme = organization_id("acme");
    let scopes = [
        (UsernameScope::Instance, None),
        (UsernameScope::Organization, Some(&acme)),
    ];
    for (scope, organization) in scopes {
        let username = Username::new(UsernameId::new("id").unwrap(), "alice", scope).unwrap();
        assert_eq!(username.scope(), scope);
        assert_eq!(username.scope_organization(&acme), organization);
    }
}

/// Names full of what makes normalisation hard: marks that reorder, and those that case folding turns into letters.
fn name() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(vec!['\u{345}', '\u{301}', '\u{316}', '\u{308}', '\u{307}', '\u{342}']);
    let greek = proptest::char::range('\u{370}', '\u{3FF}');
    let composed_greek = proptest::char::range('\u{1F00}', '\u{1FFF}');
    let latin = proptest::char::range('\u{41}', '\u{24F}');
    let any = any::<char>().prop_filter("no U+0000", |character| *character != '\0');
    prop::collection::vec(prop_oneof![marks, greek, composed_greek, latin, any], 1..12)
        .prop_map(|characters| characters.into_iter().collect())
}

/// The definition, word by word: NFD(toCasefold(NFD(X))).
fn canonical_caseless_form(name: &str) -> String {
    let decomposed = DecomposingNormalizer::new_nfd();
    let folded = CaseMapper::new().fold_string(&decomposed.normalize(name)).into_owned();
    decomposed.normalize(&folded).into_owned()
}

proptest! {
    #![proptest_config(cases(2048))]

    #[test]
    fn the_key_is_unicodes_canonical_caseless_form(name in name()) {
        let form = canonical_caseless_form(&name);
        let composed = ComposingNormalizer::new_nfc().normalize(&form).into_owned();
        let key = key(&name);
        prop_assert_eq!(key.as_str(), composed);
    }

    #[test]
    fn canonically_equal_names_have_one_key(name in name()) {
        let decomposed = DecomposingNormalizer::new_nfd().normalize(&name).into_owned();
        let composed = ComposingNormalizer::new_nfc().normalize(&name).into_owned();
        prop_assert_eq!(key(&decomposed), key(&name));
        prop_assert_eq!(key(&composed), key(&name));
    }
}

#[test]
fn what_a_store_holds_can_be_read_under_any_rule() {
    let (id, name) = (UsernameId::new("id").unwrap(), "a".repeat(Username::MAX_CHARACTERS + 1));
    let key = UsernameKey::trusted("under an older rule".to_owned());
    let restored = Username::restore(id.clone(), name.clone(), key.clone(), UsernameScope::Organization);
    assert_eq!((restored.id(), restored.name()), (&id, name.as_str()));
    assert_eq!((restored.key(), restored.scope()), (&key, UsernameScope::Organization));
    assert_eq!(key.as_str(), "under an older rule");
}
