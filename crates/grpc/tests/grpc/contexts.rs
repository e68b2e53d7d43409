use bytes::Bytes;
use unlockd_application::ErrorReason;
use unlockd_proto::zitadel::user::v3alpha::{GetUserByIdRequest, GetUserByIdResponse};

use crate::raw_client::{RawRequest, USER_SERVICE, framed, framed_bytes};
use crate::stage::Stage;

#[tokio::test]
async fn the_context_of_a_request_tells_rpc_and_caller() {
    let stage = Stage::new().await;
    let me = &stage.world.roleless;
    let message = framed(&GetUserByIdRequest {
        user_id: me.user_id.clone(),
    });
    let request = RawRequest::grpc(&format!("{USER_SERVICE}/GetUserByID"), message).token(&me.token);

    let _user: GetUserByIdResponse = request.send(&stage.server).await.message();

    let context = stage.server.context();
    assert_eq!(
        context.operation(),
        Some("/zitadel.user.v3alpha.UserService/GetUserByID")
    );
    assert_eq!(context.caller().map(ToString::to_string), Some(me.user_id.clone()));
    assert_eq!(context.error(), None);
}

#[tokio::test]
async fn the_context_of_a_request_at_a_rest_path_tells_the_rpc_and_why_it_failed() {
    let stage = Stage::new().await;
    let request = RawRequest::grpc("/v3alpha/users/nobody/lock", Bytes::new());

    request
        .token(&stage.world.instance_manager.token)
        .send(&stage.server)
        .await
        .failure();

    let context = stage.server.context();
    assert_eq!(context.operation(), Some("/zitadel.user.v3alpha.UserService/LockUser"));
    assert_eq!(context.error(), Some(ErrorReason::UserNotFound));
}

#[tokio::test]
async fn the_context_does_not_repeat_a_path_that_leads_nowhere() {
    let stage = Stage::new().await;

    RawRequest::grpc("/nowhere/in-particular", framed_bytes(b""))
        .send(&stage.server)
        .await
        .failure();

    let context = stage.server.context();
    assert_eq!(context.operation(), None);
    assert_eq!(context.caller(), None);
    assert_eq!(context.error(), Some(ErrorReason::RpcNotFound));
}
