use unlockd_proto::zitadel::user::v3alpha::UnlockUserRequest;

use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed, framed_bytes};
use crate::stage::Stage;

fn unlock() -> RawRequest {
    let message = UnlockUserRequest {
        user_id: "nobody".to_owned(),
        ..UnlockUserRequest::default()
    };
    RawRequest::grpc(&format!("{USER_SERVICE}/UnlockUser"), framed(&message))
}

#[tokio::test]
async fn without_a_token_the_answer_is_a_challenge() {
    let stage = Stage::new().await;
    for request in [unlock(), unlock().header("authorization", "Basic YTpi")] {
        let answer = request.send(&stage.server).await;

        assert_eq!(code_and_reason(&answer.failure()), (16, "UNAUTHENTICATED".to_owned()));
        assert_eq!(answer.headers["www-authenticate"], r#"Bearer realm="unlockd""#);
        assert_eq!(answer.http_status, 200);
    }
}

#[tokio::test]
async fn a_refused_token_is_named_in_the_challenge() {
    let stage = Stage::new().await;
    for request in [
        unlock().token("never.issued"),
        unlock().header("authorization", "Bearer a b"),
    ] {
        let answer = request.send(&stage.server).await;

        assert_eq!(code_and_reason(&answer.failure()), (16, "UNAUTHENTICATED".to_owned()));
        assert_eq!(
            answer.headers["www-authenticate"],
            r#"Bearer realm="unlockd", error="invalid_token""#
        );
    }
}

#[tokio::test]
async fn the_scheme_is_matched_ignoring_case() {
    let stage = Stage::new().await;
    let token = &stage.world.instance_manager.token;

    let answer = unlock()
        .header("authorization", &format!("bEARER {token}"))
        .send(&stage.server)
        .await;

    assert_eq!(code_and_reason(&answer.failure()), (5, "USER_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn strangers_learn_nothing_about_the_form_of_their_request() {
    let stage = Stage::new().await;
    let path = format!("{USER_SERVICE}/UnlockUser");
    for request in [
        RawRequest::grpc(&path, framed_bytes(b"\xff\xff\xff")),
        RawRequest::grpc(&path, vec![0; 100_000].into()),
        RawRequest::grpc("/v3alpha/users/%zz/unlock", framed_bytes(b"")),
        unlock().header("grpc-timeout", "soon"),
        unlock().header("grpc-encoding", "gzip"),
    ] {
        let answer = request.send(&stage.server).await;

        assert_eq!(code_and_reason(&answer.failure()), (16, "UNAUTHENTICATED".to_owned()));
    }
}
