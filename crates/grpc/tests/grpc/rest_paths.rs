use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use tonic::Status;
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::{
    AddUsernameRequest, CreateUserRequest, CreateUserResponse, ListUsersResponse, LockUserRequest, LockUserResponse,
    SetPassword, SetPasswordRequest, SetUsername, UnlockUserRequest, UnlockUserResponse,
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
        user_id: Some("a:b é".to_owned()),
        organization: Some(Organization {
            org: Some(Org::OrgId(stage.world.organization.to_string())),
        }),
        ..CreateUserRequest::default()
    };
    let request = RawRequest::grpc("/v3alpha/users", framed(&create)).token(token);
    let created: CreateUserResponse = request.send(&stage.server).await.message();
    assert_eq!(created.user_id, "a:b é");

    let request = RawRequest::grpc("/v3alpha/users/a%3Ab%20%C3%A9/lock", lock("")).token(token);
    let locked: LockUserResponse = request.send(&stage.server).await.message();
    assert_eq!(locked.details.expect("details").sequence, 2);

    let unlock = framed(&UnlockUserRequest {
        reason: "came by in person".to_owned(),
        ..UnlockUserRequest::default()
    });
    let text = BASE64_STANDARD.encode(unlock).into();
    let request = RawRequest::http1(
        "/v3alpha/users/a%3Ab%20%C3%A9/unlock",
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

#[tokio::test]
async fn every_post_of_the_rest_api_is_served_as_its_rpc() {
    let stage = Stage::new().await;
    let token = &stage.world.organization_manager.token;
    let user = format!("/v3alpha/users/{}", stage.world.roleless.user_id);
    let password = framed(&SetPasswordRequest {
        new_password: Some(SetPassword {
            r#type: Some(Type::Password("correct horse".to_owned())),
            change_required: false,
        }),
        ..SetPasswordRequest::default()
    });
    let username = framed(&AddUsernameRequest {
        username: Some(SetUsername {
            username: "bob".to_owned(),
            is_organization_specific: true,
        }),
        ..AddUsernameRequest::default()
    });
    for (path, message) in [
        (format!("{user}/deactivate"), Bytes::new()),
        (format!("{user}/reactivate"), Bytes::new()),
        (format!("{user}/lock"), Bytes::new()),
        (format!("{user}/unlock"), Bytes::new()),
        (format!("{user}/username"), username),
        (format!("{user}/password"), password.clone()),
        (user.replace("v3alpha", "v2beta") + "/password", password),
    ] {
        let answer = RawRequest::grpc(&path, message).token(token).send(&stage.server).await;
        assert_eq!(answer.trailers.get("grpc-status").expect(&path), "0");
    }

    let found = RawRequest::grpc("/v3alpha/users/search", Bytes::new()).token(token);
    let list: ListUsersResponse = found.send(&stage.server).await.message();
    let user = list
        .result
        .into_iter()
        .find(|user| user.user_id == stage.world.roleless.user_id)
        .expect("the user is found");
    assert_eq!(user.details.expect("details").sequence, 8, "each was done once");
    let authenticators = user.authenticators.expect("authenticators");
    assert_eq!(authenticators.usernames[0].username, "bob");
    assert!(authenticators.password.is_some());
}

#[tokio::test]
async fn a_message_that_has_to_be_there_is_missed_also_at_a_path_of_the_rest_api() {
    let stage = Stage::new().await;
    for (path, field) in [
        ("/v3alpha/users/bob/username", "username"),
        ("/v3alpha/users/bob/password", "new_password"),
        ("/v2beta/users/bob/password", "new_password"),
    ] {
        let status = refusal(&stage, path, Bytes::new()).await;
        assert_eq!(
            violations(&status),
            [(field.to_owned(), "must be given".to_owned())],
            "{path}"
        );
    }
}
