use std::sync::Arc;
use std::time::Duration;

use unlockd_grpc::{GrpcOptions, GrpcServices};

use crate::doubles::StuckAuthenticator;
use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed_bytes, violations};
use crate::stage::{Stage, options};

fn stuck(services: GrpcServices) -> GrpcServices {
    GrpcServices {
        authenticator: Arc::new(StuckAuthenticator),
        ..services
    }
}

fn unlock() -> RawRequest {
    RawRequest::grpc(&format!("{USER_SERVICE}/UnlockUser"), framed_bytes(b""))
}

async fn assert_exceeded(stage: &Stage, request: RawRequest) {
    let answer = request.send(&stage.server).await;
    assert_eq!(code_and_reason(&answer.failure()), (4, "DEADLINE_EXCEEDED".to_owned()));
}

#[tokio::test]
async fn a_request_ends_at_the_servers_deadline() {
    let soon = GrpcOptions {
        request_deadline: Duration::from_millis(5),
        ..options()
    };
    let stage = Stage::with(soon, stuck).await;

    assert_exceeded(&stage, unlock()).await;
    assert_exceeded(&stage, unlock().header("grpc-timeout", "1H")).await;
}

#[tokio::test]
async fn a_request_ends_at_the_clients_deadline_when_that_comes_first() {
    let stage = Stage::with(options(), stuck).await;

    assert_exceeded(&stage, unlock().header("grpc-timeout", "5m")).await;
    let web = RawRequest::http1(
        &format!("{USER_SERVICE}/UnlockUser"),
        "application/grpc-web",
        framed_bytes(b""),
    );
    assert_exceeded(&stage, web.header("grpc-timeout", "5000u")).await;
}

#[tokio::test]
async fn a_timeout_that_is_none_is_an_invalid_argument() {
    let stage = Stage::new().await;
    let request = unlock()
        .header("grpc-timeout", "soon")
        .token(&stage.world.instance_manager.token);

    let status = request.send(&stage.server).await.failure();

    assert_eq!(code_and_reason(&status), (3, "INVALID_ARGUMENT".to_owned()));
    let problem = "must be 1 to 8 digits and one of the units H, M, S, m, u, n";
    assert_eq!(violations(&status), [("grpc-timeout".to_owned(), problem.to_owned())]);
}
