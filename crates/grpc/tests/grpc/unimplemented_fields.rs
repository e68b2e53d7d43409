use bytes::Bytes;
use unlockd_proto::zitadel::user::v3alpha::set_password_request::Verification;
use unlockd_proto::zitadel::user::v3alpha::{SetContact, SetPasswordRequest, UpdateUserRequest};

use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed};
use crate::stage::Stage;

async fn assert_unimplemented(stage: &Stage, rpc: &str, message: Bytes, field: &str) {
    let request = RawRequest::grpc(&format!("{USER_SERVICE}/{rpc}"), message);
    let answer = request
        .token(&stage.world.instance_manager.token)
        .send(&stage.server)
        .await;

    let status = answer.failure();
    assert_eq!(code_and_reason(&status), (12, "UNIMPLEMENTED".to_owned()), "{field}");
    assert!(status.message().contains(field), "{status:?}");
}

#[tokio::test]
async fn what_proves_a_right_to_set_a_password_is_refused_by_its_name_and_not_repeated() {
    let stage = Stage::new().await;
    for (verification, field) in [
        (Verification::CurrentPassword("hunter2".to_owned()), "current_password"),
        (
            Verification::VerificationCode("hunter2".to_owned()),
            "verification_code",
        ),
    ] {
        let message = SetPasswordRequest {
            user_id: stage.world.roleless.user_id.clone(),
            verification: Some(verification),
            ..SetPasswordRequest::default()
        };
        assert_unimplemented(&stage, "SetPassword", framed(&message), field).await;
    }
}

#[tokio::test]
async fn what_an_update_does_nothing_with_is_refused_by_its_name_also_when_it_is_empty() {
    let stage = Stage::new().await;
    let contact = UpdateUserRequest {
        contact: Some(SetContact::default()),
        ..UpdateUserRequest::default()
    };
    let schema = UpdateUserRequest {
        schema_id: Some(String::new()),
        ..UpdateUserRequest::default()
    };
    for (message, field) in [(contact, "contact"), (schema, "schema_id")] {
        assert_unimplemented(&stage, "UpdateUser", framed(&message), field).await;
    }
}
