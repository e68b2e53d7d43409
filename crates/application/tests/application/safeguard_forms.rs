//! Keys and expected sequences, as headers and fields bring them.

use unlockd_application::Error;
use unlockd_application::idempotency::IdempotencyKey;
use unlockd_application::users::{DeleteUser, IdForm, Safeguards, SafeguardsForm};

use crate::forms::violations;
use crate::stage::{only_at, under};

fn parse(safeguards: SafeguardsForm) -> Result<Safeguards, Error> {
    let user_id = IdForm {
        in_path: None,
        in_message: "ada".to_owned(),
    };
    DeleteUser::parse(user_id, safeguards).map(|command| command.safeguards)
}

fn keys(keys: &[&[u8]]) -> SafeguardsForm {
    SafeguardsForm {
        idempotency_keys: keys.iter().map(|key| key.to_vec()).collect(),
        ..SafeguardsForm::default()
    }
}

fn tags(tags: &[&str], if_sequence: Option<u64>) -> SafeguardsForm {
    SafeguardsForm {
        if_match: tags.iter().map(|tag| tag.as_bytes().to_vec()).collect(),
        if_sequence,
        ..SafeguardsForm::default()
    }
}

#[track_caller]
fn assert_refused(form: SafeguardsForm, field: &str, problem: &str) {
    assert_eq!(violations(parse(form)), [(field.to_owned(), problem.to_owned())]);
}

#[test]
fn without_safeguards_nothing_is_guarded() {
    assert_eq!(parse(SafeguardsForm::default()).unwrap(), Safeguards::default());
}

#[test]
fn a_key_has_1_to_200_printable_ascii_characters() {
    let longest = "~".repeat(200);
    for key in [
        " ",
        "a",
        "key with spaces",
        "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
        &longest,
    ] {
        assert_eq!(parse(keys(&[key.as_bytes()])).unwrap(), under(key));
        assert_eq!(IdempotencyKey::new(key).unwrap().to_string(), key);
    }
    let too_long = "~".repeat(201);
    let refused: [&[u8]; 7] = [
        b"",
        too_long.as_bytes(),
        b"tab\t",
        b"\x7f",
        b"\x1f",
        "é".as_bytes(),
        b"\xff",
    ];
    for key in refused {
        assert_refused(
            keys(&[key]),
            "idempotency-key",
            "must have 1 to 200 printable ASCII characters",
        );
    }
}

#[test]
fn a_key_is_given_once() {
    for twice in [[b"one".as_slice(), b"two"], [b"one", b"one"], [b"", b""]] {
        assert_refused(keys(&twice), "idempotency-key", "must not be given twice");
    }
}

#[test]
fn an_entity_tag_is_a_sequence_in_double_quotes() {
    for (tag, sequence) in [
        ("\"0\"", 0),
        ("\"3\"", 3),
        (" \"3\"\t", 3),
        ("\"18446744073709551615\"", u64::MAX),
        ("W/\"3\"", 3),
    ] {
        assert_eq!(parse(tags(&[tag], None)).unwrap(), only_at(sequence), "{tag}");
    }
    for malformed in [
        "",
        "3",
        "\"",
        "\"\"",
        "\"3",
        "3\"",
        "\"+3\"",
        "\"-3\"",
        "\" 3\"",
        "\"03\"",
        "\"3\", \"4\"",
        "w/\"3\"",
        "W/3",
        "W/ \"3\"",
        "W/*",
        "\"three\"",
        "\"٣\"",
        "\"18446744073709551616\"",
        "**",
        "\"*\"",
    ] {
        assert_refused(
            tags(&[malformed], None),
            "if-match",
            "must be one entity tag as reads give it: the sequence in double quotes",
        );
    }
}

#[test]
fn a_star_expects_nothing_beside_what_the_field_does() {
    assert_eq!(parse(tags(&["*"], None)).unwrap(), Safeguards::default());
    assert_eq!(parse(tags(&[" * "], Some(3))).unwrap(), only_at(3));
}

#[test]
fn header_and_field_must_not_contradict_each_other() {
    assert_eq!(parse(tags(&[], Some(3))).unwrap(), only_at(3));
    assert_eq!(parse(tags(&["\"3\""], Some(3))).unwrap(), only_at(3));
    assert_refused(
        tags(&["\"3\""], Some(4)),
        "if-match",
        "must say the same as the field if_sequence",
    );
}

#[test]
fn an_entity_tag_is_given_once() {
    for twice in [["\"3\"", "\"3\""], ["*", "*"]] {
        assert_refused(tags(&twice, None), "if-match", "must not be given twice");
    }
}

#[test]
fn all_that_is_wrong_with_the_safeguards_is_said_at_once() {
    let form = SafeguardsForm {
        idempotency_keys: vec![Vec::new()],
        ..tags(&["3"], None)
    };
    let fields: Vec<_> = violations(parse(form)).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["idempotency-key", "if-match"]);
}
