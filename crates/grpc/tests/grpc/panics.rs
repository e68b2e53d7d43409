use std::sync::Arc;

use tonic_types::StatusExt;
use unlockd_grpc::GrpcServices;
use unlockd_proto::zitadel::user::v3alpha::GetUserByIdRequest;

use crate::doubles::PanickingUsers;
use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed};
use crate::stage::{REQUEST_ID, Stage, options};

#[tokio::test]
async fn a_panic_is_an_internal_error_with_the_id_of_its_request_and_no_more() {
    let panicking = |services| GrpcServices {
        users: Arc::new(PanickingUsers),
        ..services
    };
    let stage = Stage::with(options(), panicking).await;
    let me = &stage.world.roleless;
    let message = framed(&GetUserByIdRequest {
        user_id: me.user_id.clone(),
    });
    let path = format!("{USER_SERVICE}/GetUserByID");
    for request in [
        RawRequest::grpc(&path, message.clone()),
        RawRequest::http1(&path, "application/grpc-web", message),
    ] {
        let answer = request.token(&me.token).send(&stage.server).await;

        let status = answer.failure();
        assert_eq!(code_and_reason(&status), (13, "INTERNAL".to_owned()));
        assert_eq!(
            status.get_details_error_info().expect("an ErrorInfo").metadata["requestId"],
            REQUEST_ID
        );
        assert!(status.message().contains(REQUEST_ID));
        assert!(!format!("{answer:?} {status:?}").contains("hunter2"));
    }
}
