use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use unlockd_application::{ErrorReason, RequestContext};

use crate::service::{ADMIN, Service};

async fn context_of(request: axum::http::request::Builder) -> Arc<RequestContext> {
    let service = Service::with_users(&["eva"]).await;
    let context = Arc::new(RequestContext::new("request-7".to_owned()));
    let request = request.extension(Arc::clone(&context)).body(Body::empty()).unwrap();
    service.send(request).await;
    context
}

#[tokio::test]
async fn the_context_learns_operation_caller_and_error() {
    let request = Request::post("/v3alpha/users/eva/unlock").header(AUTHORIZATION, format!("Bearer {ADMIN}"));
    let context = context_of(request).await;

    assert_eq!(context.operation(), Some("POST /v3alpha/users/{user_id}/unlock"));
    assert_eq!(context.error(), Some(ErrorReason::UserNotLocked));
    assert!(context.caller().is_some());
}

#[tokio::test]
async fn what_a_query_string_says_is_no_part_of_the_operation() {
    let path = "/v2/sessions/1?sessionToken=unlockd_session_hunter2";
    let context = context_of(Request::get(path).header(AUTHORIZATION, format!("Bearer {ADMIN}"))).await;

    assert_eq!(context.operation(), Some("GET /v2/sessions/{session_id}"));
    assert_eq!(context.error(), Some(ErrorReason::SessionTokenInvalid));
    assert!(!format!("{context:?}").contains("hunter2"), "{context:?}");
}

#[tokio::test]
async fn a_success_leaves_no_error() {
    let request = Request::get("/v3alpha/users/eva").header(AUTHORIZATION, format!("Bearer {ADMIN}"));
    let context = context_of(request).await;

    assert_eq!(
        (context.operation(), context.error()),
        (Some("GET /v3alpha/users/{user_id}"), None)
    );
}

#[tokio::test]
async fn a_request_without_a_token_has_an_operation_and_no_caller() {
    let context = context_of(Request::post("/v3alpha/users//lock")).await;

    assert_eq!(context.operation(), Some("POST /v3alpha/users/{user_id}/lock"));
    assert_eq!(
        (context.caller(), context.error()),
        (None, Some(ErrorReason::Unauthenticated))
    );
}

#[tokio::test]
async fn an_unknown_path_is_no_operation() {
    let context = context_of(Request::get("/nowhere")).await;

    assert_eq!(
        (context.operation(), context.error()),
        (None, Some(ErrorReason::RouteNotFound))
    );
}
