use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use tonic::Status;
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha::{
    CreateUserRequest, CreateUserResponse, LockUserRequest, LockUserResponse, UnlockUserRequest, UnlockUserResponse,
};

use crate::raw_client::{RawRequest, code_and_reason, framed, violations};
use crate::stage::Stage;

fn lock(user_id: &str) -> Bytes {
    framed(&LockUserRequest {
        user_id: user_id.to_owned(),
        ..LockUserRequest::default()
    })
}

async fn refusal(stage: &Stage, path: &str, body: Bytes) -> Status {
    let request = RawRequest::grpc(path, body).token(&stage.world.instance_manager.token);
    request.send(&stage.server).await.failure()
}

#[tokio::test]
async fn users_are_created_locked_and_unlocked_at_the_paths_of_the_rest_api() {
    let stage = Stage::new().await;
    let token = &stage.world.organization_manager.token;
    let create = CreateUserRequest {
        user_id: Some("a/b é".to_owned()),
        organization: Some(Organization {
            org: Some(Org::OrgId(stage.world.organization.to_string())),
        }),
        ..CreateUserRequest::default()
    };
    let request = RawRequest::grpc("/v3alpha/users", framed(&create)).token(token);
    let created: CreateUserResponse = request.send(&stage.server).await.message();
    assert_eq!(created.user_id, "a/b é");

    let request = RawRequest::grpc("/v3alpha/users/a%2Fb%20%C3%A9/lock", lock("")).token(token);
    let locked: LockUserResponse = request.send(&stage.server).await.message();
    assert_eq!(locked.details.expect("details").sequence, 2);

    let unlock = framed(&UnlockUserRequest {
        reason: "came by in person".to_owned(),
        ..UnlockUserRequest::default()
    });
    let text = BASE64_STANDARD.encode(unlock).into();
    let request = RawRequest::http1(
        "/v3alpha/users/a%2Fb%20%C3%A9/unlock",
        "application/grpc-web-text",
        text,
    )
    .token(token);
    let unlocked: UnlockUserResponse = request.send(&stage.server).await.unwrapped().message();
    assert_eq!(unlocked.details.expect("details").sequence, 3);
}

#[tokio::test]
async fn the_path_says_enough_for_a_request_without_a_message() {
    let stage = Stage::new().await;
    let path = format!("/v3alpha/users/{}/lock", stage.world.roleless.user_id);
    let request = RawRequest::grpc(&path, Bytes::new()).token(&stage.world.organization_manager.token);

    let locked: LockUserResponse = request.send(&stage.server).await.message();

    assert_eq!(locked.details.expect("details").sequence, 2);
}

#[tokio::test]
async fn the_same_user_may_be_named_in_the_path_and_in_the_message_but_not_another() {
    let stage = Stage::new().await;
    let status = refusal(&stage, "/v3alpha/users/nobody/lock", lock("nobody")).await;
    assert_eq!(code_and_reason(&status), (5, "USER_NOT_FOUND".to_owned()));

    let status = refusal(&stage, "/v3alpha/users/nobody/lock", lock("somebody")).await;
    assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
    let expected = (
        "user_id".to_owned(),
        "must be the same in the path and in the body".to_owned(),
    );
    assert_eq!(violations(&status), [expected]);
}

#[tokio::test]
async fn what_the_path_names_must_be_an_id() {
    let stage = Stage::new().await;
    let expected = [
        ("%zz", "must be percent-encoded UTF-8"),
        ("%ff", "must be percent-encoded UTF-8"),
        ("a%4", "must be percent-encoded UTF-8"),
        ("", "must not be empty"),
        ("a%00b", "must not contain the character U+0000"),
        (&"x".repeat(201), "must have at most 200 characters"),
    ];
    for (id, problem) in expected {
        let status = refusal(&stage, &format!("/v3alpha/users/{id}/unlock"), lock("")).await;

        assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
        assert_eq!(
            violations(&status),
            [("user_id".to_owned(), problem.to_owned())],
            "{id:?}"
        );
    }
}
