//! Usernames by PRECIS (RFC 8265).

use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use proptest::prelude::*;
use unlockd_domain::{TextError, Username, UsernameError, UsernameId, UsernameKey, UsernameScope};

use crate::{cases, organization_id};

const ZERO_WIDTH_SPACE: char = '\u{200B}';

fn key(name: &str) -> UsernameKey {
    UsernameKey::of(name)
}

fn username(name: &str, scope: UsernameScope) -> Username {
    Username::new(UsernameId::new("id").unwrap(), name, scope).unwrap()
}

#[test]
fn the_usernames_of_rfc_8265_are_valid() {
    // Section 3.5, table 1.
    for (name, expected) in [
        ("juliet@example.com", "juliet@example.com"),
        ("fussball", "fussball"),
        ("fu\u{DF}ball", "fu\u{DF}ball"),
        ("\u{3C0}", "\u{3C0}"),
        ("\u{3A3}", "\u{3C3}"),
        ("\u{3C3}", "\u{3C3}"),
        ("\u{3C2}", "\u{3C2}"),
    ] {
        assert_eq!(Username::check(name), Ok(()), "{name}");
        assert_eq!(key(name).as_str(), expected);
    }
    // Section 3.1: userparts with blanks between them.
    assert_eq!(Username::check("foo bar"), Ok(()));
}

#[test]
fn the_invalid_usernames_of_rfc_8265_are_refused() {
    // Section 3.5, table 2.
    assert_eq!(Username::check(""), Err(UsernameError::Text(TextError::Empty)));
    for (name, character) in [("henry\u{2163}", '\u{2163}'), ("\u{265A}", '\u{265A}')] {
        assert_eq!(Username::check(name), Err(UsernameError::Character(character)));
    }
}

#[test]
fn blanks_around_a_name_are_refused() {
    for name in [
        "john ",
        " john",
        "\tjohn",
        "john\n",
        "john\u{A0}",
        "\u{3000}john",
        " ",
        "\u{2028}",
    ] {
        assert_eq!(Username::check(name), Err(UsernameError::SurroundingBlank), "{name:?}");
    }
}

#[test]
fn characters_that_no_identifier_has_are_refused() {
    let refused = [
        // Controls, and blanks other than U+0020.
        '\u{1}',
        '\u{1B}',
        '\u{7F}',
        '\u{9F}',
        '\t',
        '\u{A0}',
        // Without a width: joiners, marks and embeddings of direction, fillers, variations.
        '\u{AD}',
        '\u{200B}',
        '\u{200C}',
        '\u{200D}',
        '\u{200E}',
        '\u{202E}',
        '\u{2066}',
        '\u{2060}',
        '\u{FEFF}',
        '\u{115F}',
        '\u{3164}',
        '\u{FE0F}',
        '\u{E0041}',
        // Symbols, punctuation beyond ASCII, old Hangul, compatibility forms, what is not assigned or not a character.
        '\u{1F511}',
        '€',
        '’',
        '—',
        '\u{1100}',
        'ﬃ',
        '¹',
        '\u{212A}',
        '\u{0378}',
        '\u{FFFF}',
        '\u{E000}',
        '\u{FFFD}',
        // Exceptions of RFC 5892.
        '\u{640}',
        '\u{302E}',
    ];
    for character in refused {
        let name = format!("a{character}b");
        assert_eq!(
            Username::check(&name),
            Err(UsernameError::Character(character)),
            "{name:?}"
        );
    }
}

#[test]
fn a_width_that_decomposes_to_an_identifier_is_mapped_before_the_check() {
    for (name, expected) in [("ｊｏｈｎ", "john"), ("ﾊﾟ", "パ"), ("a\u{3000}b", "a b"), ("＠", "@")] {
        assert_eq!(Username::check(name), Ok(()), "{name}");
        assert_eq!(key(name).as_str(), expected);
    }
    // U+FFE3 is the wide form of a compatibility character, U+FFE6 that of a symbol.
    assert_eq!(Username::check("\u{FFE3}"), Err(UsernameError::Character('\u{FFE3}')));
    assert_eq!(Username::check("\u{FFE6}"), Err(UsernameError::Character('\u{20A9}')));
}

#[test]
fn some_characters_are_allowed_beside_certain_others_only() {
    for name in [
        "paral·lel",
        "\u{375}α",
        "א\u{5F3}",
        "א\u{5F4}",
        "カ・ナ",
        "漢・",
        "ب\u{661}\u{662}",
        "ب\u{6F1}",
    ] {
        assert_eq!(Username::check(name), Ok(()), "{name}");
    }
    for (name, character) in [
        ("a·l", '·'),
        ("l·", '·'),
        ("·l", '·'),
        ("\u{375}a", '\u{375}'),
        ("α\u{375}", '\u{375}'),
        ("\u{5F3}א", '\u{5F3}'),
        ("a・b", '・'),
        ("ب\u{661}\u{6F1}", '\u{661}'),
        ("ب\u{6F1}\u{661}", '\u{6F1}'),
    ] {
        assert_eq!(
            Username::check(name),
            Err(UsernameError::Character(character)),
            "{name}"
        );
    }
}

#[test]
fn a_name_from_right_to_left_obeys_the_bidi_rule() {
    for name in [
        "אבג",
        "אבג1",
        "محمد\u{661}",
        "א-ב",
        "אב\u{5B0}",
        "john אבג",
        "1abc",
        "abc",
    ] {
        assert_eq!(Username::check(name), Ok(()), "{name}");
    }
    for name in ["aאב", "אבa", "1אב", "א-", "-א", "א1\u{661}", "\u{5B0}א"] {
        assert_eq!(Username::check(name), Err(UsernameError::MixedDirections), "{name}");
    }
}

#[test]
fn names_that_differ_in_case_width_composition_or_blanks_have_one_key() {
    let same = [
        ("alice", "ALICE"),
        ("Alice@Example.COM", "alice@example.com"),
        ("straße", "STRAẞE"),
        ("ΟΔΟΣ", "οδος"),
        ("É", "e\u{301}"),
        ("İ", "i\u{307}"),
        ("\u{10400}", "\u{10428}"),
        ("Ꭰ", "ꭰ"),
        ("ａｌｉｃｅ", "Alice"),
        ("john", " john\t"),
        ("john", "\u{200B}jo\u{AD}hn\u{FEFF}"),
        ("mary ann", "Mary \u{A0} Ann"),
    ];
    for (one, other) in same {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn names_that_differ_in_more_have_different_keys() {
    let different = [
        ("fussball", "fußball"),
        ("οδοσ", "οδος"),
        ("e", "é"),
        ("ı", "i"),
        ("İ", "i"),
        ("a", "а"),
        ("1", "¹"),
        ("maryann", "mary ann"),
        ("ﾊ", "パ"),
    ];
    for (one, other) in different {
        assert_ne!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn a_name_has_1_to_200_characters_without_nul() {
    for character in ["a", "é", "鍵", "\u{20000}", "İ"] {
        for length in [1, 199, 200] {
            assert_eq!(Username::check(&character.repeat(length)), Ok(()));
        }
        let too_long = UsernameError::Text(TextError::TooLong { max: 200 });
        assert_eq!(Username::check(&character.repeat(201)), Err(too_long));
    }
    assert_eq!(
        Username::check("a\0b"),
        Err(UsernameError::Text(TextError::ContainsNul))
    );
}

#[test]
fn a_username_is_kept_as_it_was_typed() {
    let username = username("Straße  e\u{301}", UsernameScope::Organization);
    assert_eq!(username.name(), "Straße  e\u{301}");
    assert_eq!(username.to_string(), "Straße  e\u{301}");
    assert_eq!(username.key().as_str(), "straße é");
    assert_eq!(*username.id(), UsernameId::new("id").unwrap());
}

#[test]
fn a_name_of_an_organization_belongs_to_the_one_of_its_user() {
    let acme = organization_id("Acme \u{2603}");
    let scopes = [
        (UsernameScope::Instance, None, "alice"),
        (UsernameScope::Organization, Some(&acme), "alice@acme \u{2603}"),
    ];
    for (scope, organization, login_key) in scopes {
        let username = username("Alice", scope);
        assert_eq!(username.scope(), scope);
        assert_eq!(username.scope_organization(&acme), organization);
        assert_eq!(username.key().as_str(), "alice");
        assert_eq!(username.login_key(&acme).as_str(), login_key);
    }
}

#[test]
fn a_login_name_has_at_most_200_characters() {
    let acme = organization_id("acme");
    let check = |length: usize, scope| Username::check_login_name(&"é".repeat(length), scope, &acme);
    assert_eq!(check(200, UsernameScope::Instance), Ok(()));
    assert_eq!(check(195, UsernameScope::Organization), Ok(()));
    assert_eq!(
        check(196, UsernameScope::Organization),
        Err(UsernameError::LoginNameTooLong)
    );
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

/// Texts full of what makes comparison hard: marks that reorder, letters whose case depends on others, widths, directions,
/// and what cannot be seen.
fn text() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(vec!['\u{345}', '\u{301}', '\u{316}', '\u{308}', '\u{307}', '\u{342}']);
    let blanks = prop::sample::select(vec![
        ' ',
        '\t',
        '\u{A0}',
        '\u{3000}',
        ZERO_WIDTH_SPACE,
        '\u{202E}',
        '@',
        '.',
    ]);
    let greek = proptest::char::range('\u{370}', '\u{3FF}');
    let composed_greek = proptest::char::range('\u{1F00}', '\u{1FFF}');
    let latin = proptest::char::range('\u{41}', '\u{24F}');
    let widths = proptest::char::range('\u{FF00}', '\u{FFEF}');
    let right_to_left = proptest::char::range('\u{590}', '\u{6FF}');
    prop::collection::vec(
        prop_oneof![
            marks,
            blanks,
            greek,
            composed_greek,
            latin,
            widths,
            right_to_left,
            any::<char>()
        ],
        1..12,
    )
    .prop_map(|characters| characters.into_iter().filter(|character| *character != '\0').collect())
}

/// The texts among them that are names.
fn name() -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        prop::sample::select(vec![
            'Σ', 'σ', 'ς', 'ß', 'ẞ', 'İ', 'ı', 'ａ', 'Ａ', 'ﾊ', '\u{301}', ' ', '@', '.'
        ]),
        proptest::char::range('!', '~'),
        proptest::char::range('\u{C0}', '\u{24F}'),
        proptest::char::range('\u{370}', '\u{3FF}'),
        proptest::char::range('\u{5D0}', '\u{5EA}'),
    ];
    prop::collection::vec(letters, 1..12)
        .prop_map(|characters| characters.into_iter().collect::<String>())
        .prop_filter("a valid name", |name| Username::check(name).is_ok())
}

proptest! {
    #![proptest_config(cases(2048))]

    #[test]
    fn the_key_of_a_key_is_the_key(text in text()) {
        let once = key(&text);
        prop_assert_eq!(key(once.as_str()), once);
    }

    #[test]
    fn canonically_equal_texts_have_one_key(text in text()) {
        let decomposed = DecomposingNormalizer::new_nfd().normalize(&text).into_owned();
        let composed = ComposingNormalizer::new_nfc().normalize(&text).into_owned();
        prop_assert_eq!(key(&decomposed), key(&text));
        prop_assert_eq!(key(&composed), key(&text));
    }

    #[test]
    fn a_valid_name_is_found_however_it_is_typed(name in name()) {
        let wide: String = name
            .chars()
            .map(|character| match character {
                '!'..='~' => char::from_u32(u32::from(character) + 0xFEE0).unwrap(),
                _ => character,
            })
            .collect();
        let surrounded = format!("\u{FEFF} {name}{ZERO_WIDTH_SPACE}\r\n");
        for typed in [wide, surrounded, key(&name).as_str().to_owned()] {
            prop_assert_eq!(key(&typed), key(&name));
        }
    }

    #[test]
    fn the_key_of_a_valid_name_is_a_valid_name(name in name()) {
        prop_assert_eq!(Username::check(key(&name).as_str()), Ok(()));
    }

    #[test]
    fn a_login_key_is_that_of_the_name_in_whatever_form(name in name(), organization in text()) {
        prop_assume!(!organization.is_empty());
        let id = organization_id(&organization);
        let login_key = username(&name, UsernameScope::Organization).login_key(&id);
        prop_assert_eq!(login_key, key(&format!("{}@{organization}", key(&name).as_str())));
    }
}
