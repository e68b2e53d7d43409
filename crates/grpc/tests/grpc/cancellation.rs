use std::sync::Arc;

use tokio::sync::Semaphore;
use unlockd_grpc::GrpcServices;
use unlockd_proto::zitadel::user::v3alpha::GetUserByIdRequest;

use crate::doubles::StuckUsers;
use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed, framed_bytes};
use crate::stage::{Stage, options};

#[tokio::test]
async fn what_a_client_no_longer_waits_for_is_given_up_and_the_server_goes_on() {
    let (begun, given_up) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let users = StuckUsers {
        begun: begun.clone(),
        given_up: given_up.clone(),
    };
    let stage = Stage::with(options(), |services| GrpcServices {
        users: Arc::new(users),
        ..services
    })
    .await;
    let me = &stage.world.roleless;
    let message = framed(&GetUserByIdRequest {
        user_id: me.user_id.clone(),
    });
    let path = format!("{USER_SERVICE}/GetUserByID");
    for request in [
        RawRequest::grpc(&path, message.clone()),
        RawRequest::http1(&path, "application/grpc-web", message),
    ] {
        tokio::select! {
            answer = request.token(&me.token).send(&stage.server) => panic!("nobody answers, but {answer:?}"),
            permit = begun.acquire() => permit.unwrap().forget(),
        }
        given_up.acquire().await.unwrap().forget();
    }

    let answer = RawRequest::grpc(&path, framed_bytes(b"")).send(&stage.server).await;
    assert_eq!(code_and_reason(&answer.failure()), (16, "UNAUTHENTICATED".to_owned()));
}
