use std::fmt::Debug;

use prost_types::field_descriptor_proto::Type as FieldType;
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::set_password_request::Verification;
use unlockd_proto::zitadel::user::v3alpha::{
    CreateUserRequest, CreateUserResponse, RequestPasswordResetResponse, SetAuthenticators, SetPassword,
    SetPasswordRequest, UpdateUserResponse,
};

use crate::contract::messages;

/// How a message is printed: without the one secret of these tests, whichever form.
pub(crate) fn printed(message: &impl Debug) -> String {
    let printed = format!("{message:?} {message:#?}");
    assert!(!printed.contains("hunter2"), "{printed}");
    printed
}

fn passwords() -> [SetPassword; 2] {
    let secrets = [
        Type::Password("hunter2".to_owned()),
        Type::Hash("$2b$10$hunter2".to_owned()),
    ];
    secrets.map(|secret| SetPassword {
        r#type: Some(secret),
        change_required: true,
    })
}

#[test]
fn a_password_is_not_printed_whatever_it_is_part_of() {
    for password in passwords() {
        let printed = printed(&password);
        assert!(printed.contains("change_required: true"), "{printed}");
    }
    for password in passwords() {
        printed(&SetPasswordRequest {
            new_password: Some(password),
            ..SetPasswordRequest::default()
        });
    }
    for password in passwords() {
        printed(&CreateUserRequest {
            authenticators: Some(SetAuthenticators {
                usernames: Vec::new(),
                password: Some(password),
            }),
            ..CreateUserRequest::default()
        });
    }
}

#[test]
fn what_proves_a_right_to_set_a_password_is_not_printed() {
    for secret in [
        Verification::CurrentPassword("hunter2".to_owned()),
        Verification::VerificationCode("hunter2".to_owned()),
    ] {
        let printed = printed(&SetPasswordRequest {
            user_id: "alice".to_owned(),
            if_sequence: Some(7),
            verification: Some(secret),
            ..SetPasswordRequest::default()
        });
        for told in ["alice", "Some(7)", "verification: Some("] {
            assert!(printed.contains(told), "{printed}");
        }
    }
}

#[test]
fn a_verification_code_is_not_printed() {
    let code = || Some("hunter2".to_owned());
    let created = printed(&CreateUserResponse {
        user_id: "alice".to_owned(),
        email_code: code(),
        phone_code: code(),
        ..CreateUserResponse::default()
    });
    assert!(created.contains("alice"), "{created}");
    printed(&UpdateUserResponse {
        email_code: code(),
        phone_code: code(),
        ..UpdateUserResponse::default()
    });
    let requested = printed(&RequestPasswordResetResponse {
        verification_code: code(),
        ..RequestPasswordResetResponse::default()
    });
    assert!(requested.contains("verification_code: Some("), "{requested}");
}

#[test]
fn no_other_message_has_a_secret_by_the_names_of_its_fields() {
    let mut secrets: Vec<_> = messages()
        .into_iter()
        .flat_map(|(message, descriptor)| {
            let texts = descriptor
                .field
                .into_iter()
                .filter(|field| matches!(field.r#type(), FieldType::String | FieldType::Bytes));
            texts.map(move |field| format!("{message}.{}", field.name()))
        })
        .filter(|path| {
            let name = path.rsplit('.').next().unwrap_or_default();
            ["password", "hash", "code", "secret", "token"]
                .iter()
                .any(|it| name.contains(it))
        })
        .filter(|path| !path.ends_with("page_token"))
        // The id and the name of an access token are shown where it is listed.
        .filter(|path| !path.ends_with(".token_id") && !path.ends_with(".token_name"))
        .collect();
    secrets.sort();
    let printed_without = [
        "zitadel.session.v2.CheckIDPIntent.idp_intent_token",
        "zitadel.session.v2.CheckOTP.code",
        "zitadel.session.v2.CheckPassword.password",
        "zitadel.session.v2.CheckTOTP.code",
        "zitadel.session.v2.CreateSessionResponse.session_token",
        "zitadel.session.v2.DeleteSessionRequest.session_token",
        "zitadel.session.v2.GetSessionRequest.session_token",
        "zitadel.session.v2.SetSessionRequest.session_token",
        "zitadel.session.v2.SetSessionResponse.session_token",
        "zitadel.user.v3alpha.CreateUserResponse.email_code",
        "zitadel.user.v3alpha.CreateUserResponse.phone_code",
        "zitadel.user.v3alpha.RequestPasswordResetResponse.verification_code",
        "zitadel.user.v3alpha.SetPassword.hash",
        "zitadel.user.v3alpha.SetPassword.password",
        "zitadel.user.v3alpha.SetPasswordRequest.current_password",
        "zitadel.user.v3alpha.SetPasswordRequest.verification_code",
        "zitadel.user.v3alpha.UpdateUserResponse.email_code",
        "zitadel.user.v3alpha.UpdateUserResponse.phone_code",
    ];
    assert_eq!(secrets, printed_without);
}
