use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use unlockd_application::RequestContext;
use unlockd_http::HttpOptions;

use crate::service::{OPTIONS, Service, as_admin, problem, send};

fn not_found() -> serde_json::Value {
    problem(5, "There is nothing at this path.", "ROUTE_NOT_FOUND", &json!({}))
}

#[tokio::test]
async fn an_unknown_path_is_404_whether_there_is_a_token_or_not() {
    let service = Service::new().await;
    for path in [
        "/",
        "/v3alpha",
        "/v3alpha/users/eva/unlock/",
        "/v3alpha/users/eva/unfreeze",
        "//healthz",
    ] {
        service.get(path).await.assert_problem(404, &not_found());
        let request = Request::post(path).body(Body::empty()).unwrap();
        service.send(request).await.assert_problem(404, &not_found());
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_and_is_told_the_right_one_without_a_token() {
    let service = Service::new().await;
    let wrong = [
        (Method::GET, "/v3alpha/users", "POST"),
        (Method::POST, "/v3alpha/users/eva", "GET, HEAD, PUT, DELETE"),
        (Method::PATCH, "/v3alpha/users/", "GET, HEAD, PUT, DELETE"),
        (Method::PATCH, "/v3alpha/users/search", "GET, HEAD, PUT, DELETE, POST"),
        (Method::GET, "/v3alpha/users/eva/deactivate", "POST"),
        (Method::GET, "/v3alpha/users/eva/reactivate", "POST"),
        (Method::DELETE, "/v3alpha/users/eva/username", "POST"),
        (Method::POST, "/v3alpha/users/eva/username/1", "DELETE"),
        (Method::GET, "/v3alpha/users//username/", "DELETE"),
        (Method::PUT, "/v3alpha/users/eva/password", "POST"),
        (Method::PUT, "/v2beta/users/eva/password", "POST"),
        (Method::GET, "/v3alpha/users/eva/password/reset", "POST"),
        (Method::GET, "/v2beta/users//password/reset", "POST"),
        (Method::GET, "/v2/sessions", "POST"),
        (Method::POST, "/v2/sessions/1", "GET, HEAD, PATCH, DELETE"),
        (Method::PUT, "/v2/sessions/", "GET, HEAD, PATCH, DELETE"),
        (Method::PUT, "/v2/sessions/search", "GET, HEAD, PATCH, DELETE, POST"),
        (Method::POST, "/v1/lockout-policy", "GET, HEAD, PUT, DELETE"),
        (
            Method::PATCH,
            "/v1/organizations/default/lockout-policy",
            "GET, HEAD, PUT, DELETE",
        ),
        (
            Method::POST,
            "/v1/organizations//lockout-policy",
            "GET, HEAD, PUT, DELETE",
        ),
        (Method::PUT, "/v2/settings/lockout", "GET, HEAD"),
        (Method::POST, "/v1/events", "GET, HEAD"),
        (Method::POST, "/v1/events:watch", "GET, HEAD"),
        (Method::GET, "/v3alpha/users/eva/lock", "POST"),
        (Method::PUT, "/v3alpha/users/eva/unlock", "POST"),
        (Method::HEAD, "/v3alpha/users/eva/unlock", "POST"),
        (Method::GET, "/v3alpha/users//unlock", "POST"),
        (Method::OPTIONS, "/v3alpha/users/eva/unlock", "POST"),
        (Method::POST, "/healthz", "GET, HEAD"),
        (Method::POST, "/readyz", "GET, HEAD"),
        (Method::POST, "/openapi.json", "GET, HEAD"),
    ];
    for (method, path, allow) in wrong {
        let is_head = method == Method::HEAD;
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let reply = service.send(request).await;

        assert_eq!((reply.status, reply.header("allow")), (405, Some(allow)), "{path}");
        if is_head {
            assert_eq!(reply.text(), "");
        } else {
            let message = "The path does not know this method.";
            reply.assert_problem(
                405,
                &problem(12, message, "METHOD_NOT_ALLOWED", &json!({"allow": allow})),
            );
        }
    }
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let service = Service::with_users(&["eva"]).await;
    for (path, status) in [
        ("/v3alpha/users/eva", 200),
        ("/v3alpha/users/nobody", 404),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/openapi.json", 200),
        ("/nowhere", 404),
    ] {
        let get = service.get(path).await;
        let head = service
            .send(as_admin(Method::HEAD, path).body(Body::empty()).unwrap())
            .await;

        assert_eq!((get.status, head.status, head.text()), (status, status, ""), "{path}");
        assert_eq!(
            head.header("content-length"),
            Some(get.body.len().to_string().as_str()),
            "{path}"
        );
        assert_eq!(head.header("content-type"), Some("application/json"), "{path}");
    }
}

#[tokio::test]
async fn without_json_only_the_health_routes_exist() {
    let service = Service::with_options(HttpOptions { json: false, ..OPTIONS }).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(service.get(path).await.status, 200);
    }
    for path in [
        "/v3alpha/users",
        "/v3alpha/users/eva",
        "/v3alpha/users/",
        "/v3alpha/users/eva/unlock",
        "/v3alpha/users/search",
        "/v2beta/users/eva/password",
        "/v2beta/users/eva/password/reset",
        "/v2/sessions",
        "/v2/sessions/1",
        "/v2/sessions/search",
        "/v2/settings/lockout",
        "/v1/lockout-policy",
        "/v1/organizations/default/lockout-policy",
        "/v1/events",
        "/v1/events:watch",
        "/openapi.json",
    ] {
        for method in [Method::GET, Method::POST] {
            let request = as_admin(method, path).body(Body::empty()).unwrap();
            send(&service.router, request).await.assert_problem(404, &not_found());
        }
    }
}

#[tokio::test]
async fn a_user_may_be_called_search() {
    let service = Service::with_users(&["search"]).await;
    let path = "/v3alpha/users/search";
    assert_eq!(service.get(path).await.json()["user"]["userId"], "search");
    let found = service.post(path, "").await.json();
    assert_eq!(found["details"]["totalResult"], "2", "{found}");

    let noted = service.call(Method::PUT, path, &[], r#"{"data":{}}"#).await;
    assert_eq!((noted.status, &noted.json()["details"]["sequence"]), (200, &json!("2")));
    assert_eq!(service.post("/v3alpha/users/search/lock", "").await.status, 200);
    assert_eq!(service.call(Method::DELETE, path, &[], "").await.status, 200);
    assert_eq!(service.get(path).await.status, 404);
}

#[tokio::test]
async fn the_search_and_the_user_called_search_are_two_operations() {
    let service = Service::with_users(&["search"]).await;
    for (method, operation) in [
        (Method::POST, "POST /v3alpha/users/search"),
        (Method::GET, "GET /v3alpha/users/{user_id}"),
        (Method::PATCH, "PATCH /v3alpha/users/search"),
    ] {
        let context = Arc::new(RequestContext::new("request-7".to_owned()));
        let request = as_admin(method, "/v3alpha/users/search").extension(Arc::clone(&context));
        service.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(context.operation(), Some(operation));
    }
}

#[tokio::test]
async fn query_strings_are_ignored_where_nothing_is_asked_with_them() {
    let service = Service::with_users(&["eva"]).await;
    assert_eq!(service.get("/v3alpha/users/eva?user_id=other&%zz").await.status, 200);
    assert_eq!(service.post("/v3alpha/users/eva/lock?reason=%00", "").await.status, 200);
}

#[tokio::test]
async fn answers_are_not_to_be_stored() {
    let service = Service::with_users(&["eva"]).await;
    for path in ["/v3alpha/users/eva", "/v3alpha/users/nobody", "/nowhere"] {
        assert_eq!(
            service.get(path).await.header("cache-control"),
            Some("no-store"),
            "{path}"
        );
    }
}
