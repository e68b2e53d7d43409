use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha::{
    CreateUserRequest, CreateUserResponse, SetAuthenticators, SetPassword, SetUsername,
};

use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed, framed_bytes, violations};
use crate::stage::{MAX_REQUEST_BYTES, Stage};

/// A field of `UnlockUserRequest` that unlockd does not know, of a length that makes the message this long.
fn message_of(bytes: usize) -> Vec<u8> {
    let content = bytes - 5;
    let mut message = vec![0xfa, 0x01];
    let length = u32::try_from(content).unwrap();
    for shift in [0, 7, 14] {
        let more = if shift < 14 { 0x80 } else { 0 };
        message.push(u8::try_from(length >> shift & 0x7f).unwrap() | more);
    }
    message.resize(bytes, b'x');
    message
}

async fn refusal(stage: &Stage, request: RawRequest) -> tonic::Status {
    request
        .token(&stage.world.instance_manager.token)
        .send(&stage.server)
        .await
        .failure()
}

fn unlock(body: Bytes) -> RawRequest {
    RawRequest::grpc(&format!("{USER_SERVICE}/UnlockUser"), body)
}

fn unlock_by_web(content_type: &str, body: Bytes) -> RawRequest {
    RawRequest::http1(&format!("{USER_SERVICE}/UnlockUser"), content_type, body)
}

#[tokio::test]
async fn bytes_that_are_no_message_are_an_invalid_argument() {
    let stage = Stage::new().await;
    let garbage = framed_bytes(b"\x0a\xff\xff\xff");
    let text = BASE64_STANDARD.encode(&garbage).into();
    for request in [
        unlock(garbage.clone()),
        unlock(framed_bytes(b"\x0a\x01\xff")),
        unlock_by_web("application/grpc-web", garbage),
        unlock_by_web("application/grpc-web-text", text),
    ] {
        let status = refusal(&stage, request).await;

        assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
        let expected = ("body".to_owned(), "must be a well-formed protobuf message".to_owned());
        assert_eq!(violations(&status), [expected]);
    }
}

#[tokio::test]
async fn a_body_that_is_not_one_frame_is_an_invalid_argument() {
    let stage = Stage::new().await;
    let twice = [framed_bytes(b""), framed_bytes(b"")].concat().into();
    for body in [
        Bytes::new(),
        Bytes::from_static(b"\0\0\0"),
        Bytes::from_static(b"\0\0\0\0\x05abc"),
        twice,
    ] {
        for request in [unlock(body.clone()), unlock_by_web("application/grpc-web+proto", body)] {
            let status = refusal(&stage, request).await;

            assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
            let expected = ("body".to_owned(), "must be one message behind its length".to_owned());
            assert_eq!(violations(&status), [expected]);
        }
    }
    let no_base64 = unlock_by_web("application/grpc-web-text", Bytes::from_static(b"%%%%"));
    assert_eq!(
        code_and_reason(&refusal(&stage, no_base64).await),
        (3, "INVALID_ARGUMENT".to_owned())
    );
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused() {
    let stage = Stage::new().await;
    let declared = Bytes::from_static(b"\0\xff\xff\xff\xff");
    for body in [
        framed_bytes(&message_of(MAX_REQUEST_BYTES + 1)),
        framed_bytes(&vec![0; 900_000]),
        declared,
    ] {
        for request in [unlock(body.clone()), unlock_by_web("application/grpc-web", body)] {
            let status = refusal(&stage, request).await;

            assert_eq!(code_and_reason(&status), (3, "BODY_TOO_LARGE".to_owned()));
            assert_eq!(status.message(), "The body must have at most 65536 bytes.");
        }
    }
}

#[tokio::test]
async fn a_message_of_the_largest_size_is_read() {
    let stage = Stage::new().await;
    let body = framed_bytes(&message_of(MAX_REQUEST_BYTES));
    let text = BASE64_STANDARD.encode(&body).into();
    for request in [
        unlock(body.clone()),
        unlock_by_web("application/grpc-web", body),
        unlock_by_web("application/grpc-web-text", text),
    ] {
        let status = refusal(&stage, request).await;

        assert_eq!(
            violations(&status),
            [("user_id".to_owned(), "must not be empty".to_owned())]
        );
    }
}

#[tokio::test]
async fn compression_is_not_implemented_and_the_answer_says_what_is() {
    let stage = Stage::new().await;
    let request = unlock(framed_bytes(b"")).header("grpc-encoding", "gzip");

    let answer = request
        .token(&stage.world.instance_manager.token)
        .send(&stage.server)
        .await;

    assert_eq!(code_and_reason(&answer.failure()), (12, "UNIMPLEMENTED".to_owned()));
    assert_eq!(answer.headers["grpc-accept-encoding"], "identity");

    let flagged = refusal(&stage, unlock(Bytes::from_static(b"\x01\0\0\0\0"))).await;
    assert_eq!(
        violations(&flagged),
        [("body".to_owned(), "must not be compressed".to_owned())]
    );

    let identity = refusal(&stage, unlock(framed_bytes(b"")).header("grpc-encoding", "identity")).await;
    assert_eq!(
        violations(&identity),
        [("user_id".to_owned(), "must not be empty".to_owned())]
    );
}

#[tokio::test]
async fn a_password_to_be_changed_has_to_be_there() {
    let stage = Stage::new().await;
    let create = |password| CreateUserRequest {
        organization: Some(Organization {
            org: Some(Org::OrgId(stage.world.organization.to_string())),
        }),
        authenticators: Some(SetAuthenticators {
            usernames: Vec::new(),
            password: Some(password),
        }),
        ..CreateUserRequest::default()
    };
    let send = |message| {
        let request = RawRequest::grpc(&format!("{USER_SERVICE}/CreateUser"), framed(&message));
        request.token(&stage.world.instance_manager.token)
    };
    let flag_alone = SetPassword {
        r#type: None,
        change_required: true,
    };

    let refused = send(create(flag_alone)).send(&stage.server).await;
    let expected = (
        "authenticators.password".to_owned(),
        "must have a password or a hash".to_owned(),
    );
    assert_eq!(violations(&refused.failure()), [expected]);

    let nothing = send(create(SetPassword::default())).send(&stage.server).await;
    let _created: CreateUserResponse = nothing.message();
}

#[tokio::test]
async fn what_is_said_about_very_many_bad_fields_fits_into_headers() {
    let stage = Stage::new().await;
    let authenticators = SetAuthenticators {
        usernames: vec![SetUsername::default(); 10_000],
        password: None,
    };
    let message = CreateUserRequest {
        authenticators: Some(authenticators),
        ..CreateUserRequest::default()
    };

    let request = RawRequest::grpc(&format!("{USER_SERVICE}/CreateUser"), framed(&message));
    let answer = request
        .token(&stage.world.instance_manager.token)
        .send(&stage.server)
        .await;

    assert_eq!(code_and_reason(&answer.failure()), (3, "INVALID_ARGUMENT".to_owned()));
    let bytes: usize = answer
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    assert!(bytes < 8 * 1024, "{bytes} bytes");
}
