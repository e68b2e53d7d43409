use bytes::Bytes;
use http::Request;
use unlockd_grpc::{Grpc, GrpcOptions};
use unlockd_proto::zitadel::user::v3alpha::{GetUserByIdRequest, GetUserByIdResponse};
use unlockd_testkit::Services;

use crate::raw_client::{RawRequest, USER_SERVICE, code_and_reason, framed};
use crate::stage::{Stage, options, real};

const GRPC: [&str; 4] = [
    "application/grpc",
    "application/grpc+proto",
    "Application/GRPC",
    "application/grpc ; charset=utf-8",
];
const WEB: [&str; 5] = [
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
    "APPLICATION/grpc-web-TEXT; a=b",
];

fn accepts(options: GrpcOptions, method: &str, content_type: Option<&str>) -> bool {
    let grpc = Grpc::new(real(&Services::in_memory().0), options);
    let mut request = Request::builder().method(method).uri("/anything");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    grpc.accepts(&request.body(()).unwrap())
}

#[test]
fn each_wire_is_known_by_its_content_types_and_can_be_switched_off() {
    let only_grpc = GrpcOptions {
        grpc_web: false,
        ..options()
    };
    let only_web = GrpcOptions {
        grpc: false,
        ..options()
    };
    for content_type in GRPC {
        assert!(accepts(only_grpc, "POST", Some(content_type)), "{content_type}");
        assert!(!accepts(only_web, "POST", Some(content_type)), "{content_type}");
    }
    for content_type in WEB {
        assert!(accepts(only_web, "POST", Some(content_type)), "{content_type}");
        assert!(!accepts(only_grpc, "POST", Some(content_type)), "{content_type}");
    }
}

#[test]
fn other_requests_are_left_to_other_wires() {
    let others = [
        "application/json",
        "application/grpc+json",
        "application/grpc-web+thrift",
        "application/grpcweb",
        "",
    ];
    for content_type in others {
        assert!(!accepts(options(), "POST", Some(content_type)), "{content_type}");
    }
    assert!(!accepts(options(), "POST", None));
    assert!(!accepts(options(), "GET", Some("application/grpc")));
}

#[tokio::test]
async fn grpc_over_http_1_is_refused_in_the_headers() {
    let stage = Stage::new().await;
    let path = format!("{USER_SERVICE}/GetUserByID");

    let answer = RawRequest::http1(&path, "application/grpc", Bytes::new())
        .send(&stage.server)
        .await;

    assert_eq!(answer.http_status, 415);
    assert_eq!(
        code_and_reason(&answer.failure()),
        (3, "UNSUPPORTED_MEDIA_TYPE".to_owned())
    );
}

#[tokio::test]
async fn a_wire_that_is_off_is_refused_even_if_it_is_asked() {
    let stage = Stage::with(
        GrpcOptions {
            grpc_web: false,
            ..options()
        },
        |services| services,
    )
    .await;
    let path = format!("{USER_SERVICE}/GetUserByID");

    let answer = RawRequest::http1(&path, "application/grpc-web", Bytes::new())
        .send(&stage.server)
        .await;

    assert_eq!(answer.http_status, 415);
    assert_eq!(
        code_and_reason(&answer.failure()),
        (3, "UNSUPPORTED_MEDIA_TYPE".to_owned())
    );
}

#[tokio::test]
async fn grpc_web_answers_in_what_is_accepted_and_else_in_what_was_sent() {
    let stage = Stage::new().await;
    let me = &stage.world.roleless;
    let message = framed(&GetUserByIdRequest {
        user_id: me.user_id.clone(),
    });
    let expected = [
        (None, "application/grpc-web+proto"),
        (Some("*/*"), "application/grpc-web+proto"),
        (Some("application/grpc"), "application/grpc-web+proto"),
        (Some("Application/grpc-web-text"), "application/grpc-web-text+proto"),
    ];
    for (accept, content_type) in expected {
        let path = format!("{USER_SERVICE}/GetUserByID");
        let mut request = RawRequest::http1(&path, "Application/GRPC-Web; a=b", message.clone()).token(&me.token);
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }

        let answer = request.send(&stage.server).await;

        assert_eq!(answer.headers["content-type"], content_type, "{accept:?}");
        let user = answer
            .unwrapped()
            .message::<GetUserByIdResponse>()
            .user
            .expect("a user");
        assert_eq!(user.user_id, me.user_id);
    }
}

#[tokio::test]
async fn grpc_web_is_served_over_http_2_too() {
    let stage = Stage::new().await;
    let me = &stage.world.roleless;
    let message = framed(&GetUserByIdRequest {
        user_id: me.user_id.clone(),
    });
    let request = RawRequest::http2(
        &format!("{USER_SERVICE}/GetUserByID"),
        "application/grpc-web+proto",
        message,
    );

    let answer = request.token(&me.token).send(&stage.server).await.unwrapped();

    assert_eq!(
        answer.message::<GetUserByIdResponse>().user.expect("a user").user_id,
        me.user_id
    );
}
