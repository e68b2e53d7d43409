use bytes::Bytes;
use unlockd_proto::zitadel::user::v3alpha::{SetContact, UpdateUserRequest};

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
