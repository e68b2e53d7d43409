//! From what a wire brings to commands.

use unlockd_application::users::{
    CreateUserForm, IdForm, MalformedSegment, OrganizationForm, PasswordForm, UsernameForm, decode_segment,
};
use unlockd_application::{Error, ErrorReason};
use unlockd_domain::{UserData, UserDataError};

/// The fields that are wrong, in the order in which they are said, and what is wrong with them.
pub(crate) fn violations<T>(outcome: Result<T, Error>) -> Vec<(String, String)> {
    let Err(Error::InvalidArgument(violations)) = outcome else {
        panic!("the form is not refused for its fields");
    };
    violations
        .into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}

pub(crate) fn fields<T>(outcome: Result<T, Error>) -> Vec<String> {
    violations(outcome).into_iter().map(|(field, _)| field).collect()
}

fn in_default() -> CreateUserForm {
    CreateUserForm {
        organization: Some(OrganizationForm {
            org_id: "default".to_owned(),
            ..OrganizationForm::default()
        }),
        ..CreateUserForm::default()
    }
}

#[test]
fn all_that_is_wrong_with_a_new_user_is_said_in_the_order_of_the_proto() {
    let username = |name: &str| UsernameForm {
        username: name.to_owned(),
        ..UsernameForm::default()
    };
    let form = CreateUserForm {
        user_id: Some(String::new()),
        organization: None,
        usernames: vec![username("eva"), username("")],
        password: Some(PasswordForm {
            hash: Some("no\0hash".to_owned()),
            ..PasswordForm::default()
        }),
        data: Some(Err(UserDataError::NotAnObject)),
        ..CreateUserForm::default()
    };
    let expected = [
        "user_id",
        "organization",
        "authenticators.usernames[1].username",
        "authenticators.password.hash",
        "data",
    ];
    assert_eq!(fields(form.parse()), expected);
}

#[test]
fn what_is_not_done_is_refused_before_anything_is_judged() {
    let wrong = || CreateUserForm {
        user_id: Some(String::new()),
        ..CreateUserForm::default()
    };
    let organization = Some(OrganizationForm {
        has_domain: true,
        ..OrganizationForm::default()
    });
    let with_domain = CreateUserForm {
        organization,
        has_contact: true,
        ..wrong()
    };
    let with_contact = CreateUserForm {
        has_contact: true,
        schema_id: "1".to_owned(),
        ..wrong()
    };
    let with_schema = CreateUserForm {
        schema_id: "1".to_owned(),
        ..wrong()
    };
    for (form, field) in [
        (with_domain, "organization.org_domain"),
        (with_contact, "contact"),
        (with_schema, "schema_id"),
    ] {
        let description = form.parse().expect_err("it is not done").describe(None);
        assert_eq!(description.reason, ErrorReason::Unimplemented);
        assert_eq!(description.metadata, [("field", field.to_owned())]);
    }
}

#[test]
fn a_password_comes_alone_or_as_a_hash_and_has_to_be_there_to_be_changed() {
    let parse = |password: Option<&str>, hash: Option<&str>, change_required| {
        let password = Some(PasswordForm {
            password: password.map(str::to_owned),
            hash: hash.map(str::to_owned),
            change_required,
        });
        CreateUserForm {
            password,
            ..in_default()
        }
        .parse()
    };
    let of_password = |problem: &str| [("authenticators.password".to_owned(), problem.to_owned())];
    let hash = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

    assert_eq!(
        violations(parse(None, None, true)),
        of_password("must have a password or a hash")
    );
    assert_eq!(
        violations(parse(Some("correct horse"), Some(hash), false)),
        of_password("must have a password or a hash, not both")
    );
    assert!(parse(None, None, false).unwrap().password.is_none());
    for (password, hash) in [(Some("correct horse"), None), (None, Some(hash))] {
        let kept = parse(password, hash, true).unwrap().password;
        assert!(kept.expect("a password").change_required);
    }
}

#[test]
fn data_is_taken_over() {
    let data = UserData::from_json(r#"{"floor": 3}"#).unwrap();
    let form = CreateUserForm {
        data: Some(Ok(data.clone())),
        ..in_default()
    };
    assert_eq!(form.parse().unwrap().data, Some(data));
}

#[test]
fn a_user_is_named_in_the_path_in_the_message_or_in_both() {
    let named = |in_path: Option<&str>, in_message: &str| {
        let in_path = in_path.map(decode_segment);
        let in_message = in_message.to_owned();
        IdForm { in_path, in_message }.parse()
    };
    for (in_path, in_message) in [(Some("a%2Fb"), ""), (Some("a%2Fb"), "a/b"), (None, "a/b")] {
        assert_eq!(named(in_path, in_message).unwrap().as_str(), "a/b");
    }
    let contradiction = "must be the same in the path and in the body";
    for (in_path, in_message, problem) in [
        (Some("a"), "b", contradiction),
        (Some(""), "b", contradiction),
        (Some("a%2"), "a%2", "must be percent-encoded UTF-8"),
        (Some(""), "", "must not be empty"),
        (None, "", "must not be empty"),
    ] {
        let expected = [("user_id".to_owned(), problem.to_owned())];
        assert_eq!(
            violations(named(in_path, in_message)),
            expected,
            "{in_path:?} {in_message}"
        );
    }
}

#[test]
fn a_segment_of_a_path_is_decoded_once() {
    for (segment, decoded) in [("a%2Fb%20%C3%A9", "a/b é"), ("%2541", "%41"), ("a+b", "a+b"), ("", "")] {
        assert_eq!(decode_segment(segment).as_deref(), Ok(decoded), "{segment}");
    }
    for malformed in ["%", "%4", "a%", "%zz", "a%%41", "%+1", "%ff", "%C3"] {
        assert_eq!(decode_segment(malformed), Err(MalformedSegment), "{malformed}");
    }
}

#[test]
fn ids_and_names_that_are_refused_for_a_new_user_are_told_with_the_rule() {
    let username = |name: &str| UsernameForm {
        username: name.to_owned(),
        ..UsernameForm::default()
    };
    let form = CreateUserForm {
        user_id: Some("x/../mara".to_owned()),
        usernames: ["john ", "jo\u{200B}hn", "johnא"].map(username).into(),
        ..in_default()
    };
    let expected = [
        ("user_id", "must not contain \"/\", \"\\\" or control characters"),
        (
            "authenticators.usernames[0].username",
            "must not begin or end with a blank",
        ),
        (
            "authenticators.usernames[1].username",
            "must not contain U+200B here; use letters, digits, ASCII punctuation, and blanks between them",
        ),
        (
            "authenticators.usernames[2].username",
            "must not mix characters that are written from right to left with letters that are written from left to right",
        ),
    ];
    let refused = violations(form.parse());
    assert!(
        refused
            .iter()
            .map(|(field, problem)| (field.as_str(), problem.as_str()))
            .eq(expected),
        "{refused:?}"
    );
}
