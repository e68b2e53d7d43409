use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use crate::service::{ADMIN, Service, problem};

const UNLOCK: &str = "/v3alpha/users/eva/unlock";

#[tokio::test]
async fn without_a_token_the_answer_is_a_challenge() {
    let service = Service::new().await;
    let without = Request::post(UNLOCK).body(Body::empty()).unwrap();
    let other_scheme = Request::post(UNLOCK)
        .header(AUTHORIZATION, "Basic ZXZhOmV2YQ==")
        .body(Body::empty())
        .unwrap();
    for request in [without, other_scheme] {
        let reply = service.send(request).await;

        reply.assert_problem(
            401,
            &problem(16, "A bearer token is needed.", "UNAUTHENTICATED", &json!({})),
        );
        assert_eq!(reply.header("www-authenticate"), Some(r#"Bearer realm="unlockd""#));
    }
}

#[tokio::test]
async fn a_refused_token_is_named_in_the_challenge_and_not_repeated() {
    let service = Service::new().await;
    for token in ["unlockd_pat_unknown", "not/a token", "", "\u{e9}"] {
        let request = Request::post(UNLOCK)
            .header(AUTHORIZATION, format!("Bearer {token}").as_bytes())
            .body(Body::empty())
            .unwrap();
        let reply = service.send(request).await;

        reply.assert_problem(
            401,
            &problem(16, "The bearer token is not valid.", "UNAUTHENTICATED", &json!({})),
        );
        let challenge = r#"Bearer realm="unlockd", error="invalid_token""#;
        assert_eq!(reply.header("www-authenticate"), Some(challenge));
    }
}

#[tokio::test]
async fn the_scheme_is_matched_ignoring_case() {
    let service = Service::with_users(&["eva"]).await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let request = Request::get("/v3alpha/users/eva")
            .header(AUTHORIZATION, format!("{scheme} {ADMIN}"))
            .body(Body::empty())
            .unwrap();
        assert_eq!(service.send(request).await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn the_token_is_looked_at_before_path_type_and_body() {
    let service = Service::new().await;
    for (path, content_type, body) in [
        ("/v3alpha/users//unlock", "application/json", "{}"),
        ("/v3alpha/users/%ff/unlock", "application/json", "{}"),
        (UNLOCK, "text/plain", "{}"),
        (UNLOCK, "application/json", "{"),
        ("/v3alpha/users", "application/json", "[]"),
    ] {
        let request = Request::post(path)
            .header(CONTENT_TYPE, content_type)
            .body(Body::from(body))
            .unwrap();
        assert_eq!(service.send(request).await.status, 401, "{path} {body}");
    }
}
