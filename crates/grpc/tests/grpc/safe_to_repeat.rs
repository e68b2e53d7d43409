use bytes::Bytes;
use tonic_types::StatusExt;
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::{
    AddUsernameRequest, CreateUserRequest, DeactivateUserRequest, DeleteUserRequest, GetUserByIdRequest,
    ListUsersRequest, LockUserRequest, LockUserResponse, ReactivateUserRequest, RemoveUsernameRequest, SetPassword,
    SetPasswordRequest, SetUsername, UnlockUserRequest, UpdateUserRequest,
};

use crate::raw_client::{RawAnswer, RawRequest, USER_SERVICE, code_and_reason, framed, violations};
use crate::stage::Stage;

const REPLAYED: &str = "idempotency-replayed";

fn new_user(stage: &Stage) -> CreateUserRequest {
    CreateUserRequest {
        user_id: Some("alice".to_owned()),
        organization: Some(Organization {
            org: Some(Org::OrgId(stage.world.organization.to_string())),
        }),
        ..CreateUserRequest::default()
    }
}

fn lock(if_sequence: Option<u64>) -> Bytes {
    framed(&LockUserRequest {
        user_id: "alice".to_owned(),
        if_sequence,
        ..LockUserRequest::default()
    })
}

async fn send(stage: &Stage, rpc: &str, message: Bytes, keys: &[&str]) -> RawAnswer {
    let mut request = RawRequest::grpc(&format!("{USER_SERVICE}/{rpc}"), message);
    for key in keys {
        request = request.header("idempotency-key", *key);
    }
    request
        .token(&stage.world.instance_manager.token)
        .send(&stage.server)
        .await
}

#[tokio::test]
async fn each_rpc_that_is_done_once_answers_again_and_says_so() {
    let stage = Stage::new().await;
    let user_id = || "alice".to_owned();
    let deactivate = DeactivateUserRequest {
        user_id: user_id(),
        ..DeactivateUserRequest::default()
    };
    let reactivate = ReactivateUserRequest {
        user_id: user_id(),
        ..ReactivateUserRequest::default()
    };
    let unlock = UnlockUserRequest {
        user_id: user_id(),
        ..UnlockUserRequest::default()
    };
    let delete = DeleteUserRequest {
        user_id: user_id(),
        if_sequence: None,
    };
    for (rpc, message) in [
        ("CreateUser", framed(&new_user(&stage))),
        ("DeactivateUser", framed(&deactivate)),
        ("ReactivateUser", framed(&reactivate)),
        ("LockUser", lock(None)),
        ("UnlockUser", framed(&unlock)),
        ("DeleteUser", framed(&delete)),
    ] {
        let first = send(&stage, rpc, message.clone(), &[rpc]).await;
        let second = send(&stage, rpc, message, &[rpc]).await;

        for answer in [&first, &second] {
            assert_eq!(answer.trailers.get("grpc-status").expect("no refusal"), "0", "{rpc}");
        }
        assert_eq!(first.headers.get(REPLAYED), None, "{rpc}");
        assert_eq!(second.headers.get(REPLAYED).expect(rpc), "true");
        assert_eq!(first.body, second.body, "{rpc}");
    }
}

#[tokio::test]
async fn a_browser_is_told_of_a_repetition_in_the_headers() {
    let stage = Stage::new().await;
    send(&stage, "CreateUser", framed(&new_user(&stage)), &[]).await;
    for is_replayed in [false, true] {
        let request = RawRequest::http1(&format!("{USER_SERVICE}/LockUser"), "application/grpc-web", lock(None))
            .header("idempotency-key", "k")
            .token(&stage.world.instance_manager.token);

        let answer = request.send(&stage.server).await.unwrapped();

        assert_eq!(answer.headers.contains_key(REPLAYED), is_replayed);
        let locked: LockUserResponse = answer.message();
        assert_eq!(locked.details.expect("details").sequence, 2);
    }
}

#[tokio::test]
async fn a_key_names_one_request_only() {
    let stage = Stage::new().await;
    send(&stage, "CreateUser", framed(&new_user(&stage)), &["k"]).await;

    let other = send(&stage, "LockUser", lock(None), &["k"]).await;

    assert_eq!(
        code_and_reason(&other.failure()),
        (9, "IDEMPOTENCY_KEY_REUSED".to_owned())
    );
    assert_eq!(other.headers.get(REPLAYED), None);
}

#[tokio::test]
async fn a_key_that_is_none_is_an_invalid_argument() {
    let stage = Stage::new().await;
    let too_long = "x".repeat(201);
    for keys in [&["a", "b"][..], &["a", "a"], &[""], &["a\tb"], &[&too_long]] {
        let status = send(&stage, "LockUser", lock(None), keys).await.failure();

        assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()), "{keys:?}");
        assert_eq!(violations(&status)[0].0, "idempotency-key");
    }
}

#[tokio::test]
async fn reads_ignore_a_key() {
    let stage = Stage::new().await;
    send(&stage, "CreateUser", framed(&new_user(&stage)), &[]).await;
    let user_id = || "alice".to_owned();
    for (rpc, message) in [
        ("GetUserByID", framed(&GetUserByIdRequest { user_id: user_id() })),
        ("ListUsers", framed(&ListUsersRequest::default())),
    ] {
        let answer = send(&stage, rpc, message, &["k", "k"]).await;
        assert_eq!(answer.trailers.get("grpc-status").expect("no refusal"), "0", "{rpc}");
    }
}

#[tokio::test]
async fn every_change_asks_for_the_sequence_that_it_was_sent_with() {
    let stage = Stage::new().await;
    send(&stage, "CreateUser", framed(&new_user(&stage)), &[]).await;
    let (user_id, if_sequence) = ("alice".to_owned(), Some(7));
    let messages = [
        (
            "UpdateUser",
            framed(&UpdateUserRequest {
                user_id: user_id.clone(),
                data: Some(prost_types::Struct::default()),
                if_sequence,
                ..UpdateUserRequest::default()
            }),
        ),
        (
            "DeactivateUser",
            framed(&DeactivateUserRequest {
                user_id: user_id.clone(),
                if_sequence,
                ..DeactivateUserRequest::default()
            }),
        ),
        (
            "ReactivateUser",
            framed(&ReactivateUserRequest {
                user_id: user_id.clone(),
                if_sequence,
                ..ReactivateUserRequest::default()
            }),
        ),
        ("LockUser", lock(if_sequence)),
        (
            "UnlockUser",
            framed(&UnlockUserRequest {
                user_id: user_id.clone(),
                if_sequence,
                ..UnlockUserRequest::default()
            }),
        ),
        (
            "DeleteUser",
            framed(&DeleteUserRequest {
                user_id: user_id.clone(),
                if_sequence,
            }),
        ),
        (
            "AddUsername",
            framed(&AddUsernameRequest {
                user_id: user_id.clone(),
                username: Some(SetUsername {
                    username: "alice".to_owned(),
                    is_organization_specific: false,
                }),
                if_sequence,
            }),
        ),
        (
            "RemoveUsername",
            framed(&RemoveUsernameRequest {
                user_id: user_id.clone(),
                username_id: "1".to_owned(),
                if_sequence,
            }),
        ),
        (
            "SetPassword",
            framed(&SetPasswordRequest {
                user_id: user_id.clone(),
                new_password: Some(SetPassword {
                    r#type: Some(Type::Password("a long one".to_owned())),
                    change_required: false,
                }),
                if_sequence,
                verification: None,
            }),
        ),
    ];
    for (rpc, message) in messages {
        let status = send(&stage, rpc, message, &[]).await.failure();

        assert_eq!(code_and_reason(&status), (10, "SEQUENCE_MISMATCH".to_owned()), "{rpc}");
        let info = status.get_details_error_info().expect("an ErrorInfo");
        assert_eq!(info.metadata["userId"], "alice");
        assert_eq!(info.metadata["sequence"], "1");
    }
    let create = CreateUserRequest {
        user_id: Some("bob".to_owned()),
        if_sequence,
        ..new_user(&stage)
    };
    let status = send(&stage, "CreateUser", framed(&create), &[]).await.failure();
    assert_eq!(code_and_reason(&status), (10, "SEQUENCE_MISMATCH".to_owned()));

    let locked: LockUserResponse = send(&stage, "LockUser", lock(Some(1)), &[]).await.message();
    assert_eq!(locked.details.expect("details").sequence, 2);
}
