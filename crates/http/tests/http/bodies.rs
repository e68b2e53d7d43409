use std::convert::Infallible;

use axum::body::Body;
use axum::http::Method;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use futures_util::stream;
use serde_json::json;

use crate::service::{Reply, Service, as_admin, problem};

const LOCK: &str = "/v3alpha/users/eva/lock";
const CREATE: &str = "/v3alpha/users";

async fn post_as(service: &Service, path: &str, content_type: Option<&str>, body: impl Into<Body>) -> Reply {
    let mut request = as_admin(Method::POST, path);
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    service.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn lock_and_unlock_take_no_body_under_any_type() {
    let service = Service::with_users(&["eva"]).await;
    for content_type in [None, Some("application/json"), Some("text/plain"), Some("nonsense")] {
        for operation in ["lock", "unlock"] {
            let path = format!("/v3alpha/users/eva/{operation}");
            let reply = post_as(&service, &path, content_type, Body::empty()).await;
            assert_eq!(reply.status, 200, "{content_type:?}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let service = Service::with_users(&["eva"]).await;
    let message = "The content type must be application/json.";
    let expected = problem(3, message, "UNSUPPORTED_MEDIA_TYPE", &json!({}));
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/jsonp"),
        Some("application/problem+json"),
        Some("application/x-www-form-urlencoded"),
        Some("application/json; charset=latin1"),
        Some(""),
    ] {
        for path in [CREATE, LOCK] {
            post_as(&service, path, content_type, "{}")
                .await
                .assert_problem(415, &expected);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_encoded_is_415_and_is_told_how_not_to_be() {
    let service = Service::with_users(&["eva"]).await;
    let message = "The content type must be application/json without a content encoding.";
    let expected = problem(3, message, "UNSUPPORTED_MEDIA_TYPE", &json!({}));
    let post_encoded = async |encoding: &str, body: &'static str| {
        let request = as_admin(Method::POST, LOCK)
            .header(CONTENT_TYPE, "application/json")
            .header(CONTENT_ENCODING, encoding);
        service.send(request.body(Body::from(body)).unwrap()).await
    };
    for encoding in ["gzip", "identity, br", "x"] {
        let reply = post_encoded(encoding, "{}").await;
        reply.assert_problem(415, &expected);
        assert_eq!(reply.header("accept-encoding"), Some("identity"));
    }
    assert_eq!(post_encoded("gzip", "").await.status, 200, "nothing is not encoded");
    assert_eq!(
        post_encoded("Identity", "{}").await.json()["details"][0]["reason"],
        "USER_ALREADY_LOCKED"
    );
}

#[tokio::test]
async fn json_may_say_that_it_is_utf_8() {
    let service = Service::with_users(&["eva"]).await;
    for content_type in ["application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        for operation in ["lock", "unlock"] {
            let path = format!("/v3alpha/users/eva/{operation}");
            assert_eq!(
                post_as(&service, &path, Some(content_type), "{}").await.status,
                200,
                "{content_type}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_also_when_it_does_not_say_its_length() {
    let service = Service::with_users(&["eva"]).await;
    let expected = problem(
        3,
        "The body must have at most 65536 bytes.",
        "BODY_TOO_LARGE",
        &json!({}),
    );
    let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    for path in [CREATE, LOCK] {
        let json = Some("application/json");
        post_as(&service, path, json, padded(65_537))
            .await
            .assert_problem(413, &expected);

        let chunks = (0..65).map(|_| Ok::<_, Infallible>(" ".repeat(1024)));
        let unknown_length = Body::from_stream(stream::iter(chunks));
        post_as(&service, path, json, unknown_length)
            .await
            .assert_problem(413, &expected);
    }
    assert_eq!(
        post_as(&service, LOCK, Some("application/json"), padded(65_536))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_is_400() {
    let service = Service::with_users(&["eva"]).await;
    for (body, place) in [
        ("{", "line 1, column 1"),
        ("{\"reason\":\n'x'}", "line 2, column 1"),
        ("{\"reason\": \"x\",}", "line 1, column 16"),
        ("{\"reason\": \"\\ud800\"}", "line 1, column 19"),
        ("{} {}", "line 1, column 4"),
        (" ", "line 1, column 1"),
    ] {
        let description = format!("must be valid JSON ({place})");
        service.post(LOCK, body).await.assert_invalid(&[("body", &description)]);
    }
    let reply = post_as(
        &service,
        LOCK,
        Some("application/json"),
        b"{\"reason\":\"\xff\"}".to_vec(),
    )
    .await;
    reply.assert_invalid(&[("body", "must be UTF-8")]);
    service
        .post(CREATE, "")
        .await
        .assert_invalid(&[("body", "must not be empty")]);
}

#[tokio::test]
async fn a_body_that_is_not_an_object_is_400() {
    let service = Service::with_users(&["eva"]).await;
    for body in ["[]", "[\"eva\"]", "true", "5", "\"text\""] {
        for path in [CREATE, LOCK, "/v3alpha/users/eva/unlock"] {
            service
                .post(path, body)
                .await
                .assert_invalid(&[("body", "must be an object")]);
        }
    }
}

#[tokio::test]
async fn null_is_an_empty_message() {
    let service = Service::with_users(&["eva"]).await;
    for (operation, body) in [("lock", "null"), ("unlock", " null\r\n")] {
        let reply = service.post(&format!("/v3alpha/users/eva/{operation}"), body).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let empty = service.post(CREATE, "{}").await;
    assert_eq!(service.post(CREATE, "null").await.text(), empty.text());
}

#[tokio::test]
async fn a_byte_order_mark_in_front_of_json_is_ignored() {
    let service = Service::with_users(&["eva"]).await;
    for (operation, body) in [("lock", "\u{feff}{\"reason\":\"x\"}"), ("unlock", "\u{feff}")] {
        let reply = service.post(&format!("/v3alpha/users/eva/{operation}"), body).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    for body in ["\u{feff}\u{feff}{}", "{}\u{feff}"] {
        assert_eq!(service.post(LOCK, body).await.status, 400, "{body:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let service = Service::with_users(&["eva"]).await;
    let chunks = [Ok("{\"reason\":"), Err("the connection is lost")];
    let body = Body::from_stream(stream::iter(chunks));
    let reply = post_as(&service, LOCK, Some("application/json"), body).await;
    reply.assert_invalid(&[("body", "must arrive whole")]);
}

#[tokio::test]
async fn fields_that_are_not_known_are_named() {
    let service = Service::with_users(&["eva"]).await;
    for (path, body, field) in [
        (
            LOCK,
            r#"{"reason":"x","lockedTill":"2030-01-01T00:00:00Z"}"#,
            "lockedTill",
        ),
        (
            "/v3alpha/users/eva/unlock",
            r#"{"lockedUntil":"2030-01-01T00:00:00Z"}"#,
            "lockedUntil",
        ),
        (
            CREATE,
            r#"{"organization":{"orgId":"default","orgName":"x"}}"#,
            "organization.orgName",
        ),
        (
            CREATE,
            r#"{"authenticators":{"usernames":[{"username":"eva"},{"userName":"eva"}]}}"#,
            "authenticators.usernames[1].userName",
        ),
    ] {
        service
            .post(path, body)
            .await
            .assert_invalid(&[(field, "is not known")]);
    }
}

#[tokio::test]
async fn the_name_of_a_field_that_is_not_known_is_repeated_up_to_its_100th_character() {
    let service = Service::with_users(&["eva"]).await;
    for (name, told) in [
        ("é".repeat(100), "é".repeat(100)),
        ("é".repeat(30_000), format!("{}…", "é".repeat(100))),
    ] {
        service
            .post(LOCK, &json!({ name: 1 }).to_string())
            .await
            .assert_invalid(&[(&told, "is not known")]);
    }
}

#[tokio::test]
async fn fields_that_are_given_twice_are_named() {
    let service = Service::with_users(&["eva"]).await;
    for (body, field) in [
        (r#"{"userId":"a","userId":"a"}"#, "user_id"),
        (r#"{"userId":"a","user_id":"a"}"#, "user_id"),
        (r#"{"organization":{"orgId":"a","orgId":null}}"#, "organization.org_id"),
    ] {
        service
            .post(CREATE, body)
            .await
            .assert_invalid(&[(field, "must not be given twice")]);
    }
}

#[tokio::test]
async fn fields_of_another_type_are_named_and_not_repeated() {
    let service = Service::with_users(&["eva"]).await;
    for (body, field, expected) in [
        (r#"{"userId":5}"#, "user_id", "a string"),
        (r#"{"organization":"default"}"#, "organization", "an object"),
        (r#"{"organization":["default"]}"#, "organization", "an object"),
        (
            r#"{"authenticators":{"usernames":{}}}"#,
            "authenticators.usernames",
            "a sequence",
        ),
        (
            r#"{"authenticators":{"usernames":[null]}}"#,
            "authenticators.usernames[0]",
            "an object",
        ),
        (
            r#"{"authenticators":{"usernames":[{"isOrganizationSpecific":", expected hunter2"}]}}"#,
            "authenticators.usernames[0].is_organization_specific",
            "a boolean",
        ),
        (
            r#"{"authenticators":{"password":{"password":190277}}}"#,
            "authenticators.password.password",
            "a string",
        ),
    ] {
        let description = format!("must be {expected}");
        service
            .post(CREATE, body)
            .await
            .assert_invalid(&[(field, &description)]);
    }
}
