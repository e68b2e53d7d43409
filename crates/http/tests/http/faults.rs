use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use futures_util::stream;
use serde_json::json;
use tokio::time::Instant;
use unlockd_application::{Error, Readiness, RequestContext};
use unlockd_testkit::Services;

use crate::service::{OPTIONS, Service, as_admin, problem, routes, send};

struct Panics;

#[async_trait]
impl Readiness for Panics {
    async fn check(&self) -> Result<(), Error> {
        panic!("the secret {}", "cause")
    }
}

struct NeverAnswers;

#[async_trait]
impl Readiness for NeverAnswers {
    async fn check(&self) -> Result<(), Error> {
        pending().await
    }
}

fn deadline_exceeded() -> serde_json::Value {
    problem(4, "The request took too long.", "DEADLINE_EXCEEDED", &json!({}))
}

#[tokio::test]
async fn a_panic_is_an_internal_error_that_says_nothing() {
    let (services, _, _) = Services::in_memory();
    let router = routes(&services, Arc::new(Panics), OPTIONS);
    let mut request = Request::get("/readyz").body(Body::empty()).unwrap();
    request
        .extensions_mut()
        .insert(Arc::new(RequestContext::new("request-7".to_owned())));

    let reply = send(&router, request).await;

    let message = "Internal error. Quote request request-7 to the operators.";
    reply.assert_problem(
        500,
        &problem(13, message, "INTERNAL", &json!({"requestId": "request-7"})),
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_longer_than_the_deadline_is_504() {
    let (services, _, _) = Services::in_memory();
    let router = routes(&services, Arc::new(NeverAnswers), OPTIONS);
    let begin = Instant::now();

    let reply = send(&router, Request::get("/readyz").body(Body::empty()).unwrap()).await;

    reply.assert_problem(504, &deadline_exceeded());
    assert_eq!(begin.elapsed().as_secs(), Duration::from_secs(10).as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_504() {
    let service = Service::with_users(&["eva"]).await;
    for path in ["/v3alpha/users", "/v3alpha/users/eva/unlock"] {
        let body = Body::from_stream(stream::pending::<Result<Bytes, Error>>());
        let request = as_admin(Method::POST, path)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .unwrap();

        service.send(request).await.assert_problem(504, &deadline_exceeded());
    }
}
