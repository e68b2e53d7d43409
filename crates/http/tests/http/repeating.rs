use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::service::{Reply, Service, as_admin, problem};

const EVA: &str = "/v3alpha/users/eva";
const LOCK: &str = "/v3alpha/users/eva/lock";
const KEY: (&str, &str) = ("Idempotency-Key", "order 66");

fn mismatch(sequence: &str) -> Value {
    problem(
        10,
        "The user has another sequence.",
        "SEQUENCE_MISMATCH",
        &json!({"userId": "eva", "sequence": sequence}),
    )
}

/// Status, `Idempotency-Replayed`, and body.
fn seen(reply: &Reply) -> (u16, Option<&str>, &str) {
    (reply.status, reply.header("idempotency-replayed"), reply.text())
}

#[tokio::test]
async fn a_request_repeated_under_its_key_gets_the_first_answer_again_and_is_told_so() {
    let service = Service::new().await;
    let create = json!({"userId": "eva", "organization": {"orgId": "default"}}).to_string();
    for (method, path, body, status) in [
        (Method::POST, "/v3alpha/users", create.as_str(), 201),
        (Method::POST, LOCK, "", 200),
        (Method::POST, "/v3alpha/users/eva/unlock", "", 200),
        (Method::POST, "/v3alpha/users/eva/deactivate", "{}", 200),
        (Method::POST, "/v3alpha/users/eva/reactivate", "", 200),
        (Method::DELETE, EVA, "", 200),
    ] {
        let key = [("Idempotency-Key", path), ("x-other", "1")];
        let first = service.call(method.clone(), path, &key[..1], body).await;
        assert_eq!(
            (first.status, first.header("idempotency-replayed")),
            (status, None),
            "{path}"
        );

        let again = service.call(method, path, &key, body).await;

        assert_eq!(seen(&again), (status, Some("true"), first.text()), "{path}");
    }
}

#[tokio::test]
async fn a_key_that_was_used_for_another_request_is_400() {
    let service = Service::with_users(&["eva"]).await;
    service.call(Method::POST, LOCK, &[KEY], "").await;

    let reply = service.call(Method::POST, LOCK, &[KEY], r#"{"reason":"x"}"#).await;

    let message = "The idempotency key was used for another request.";
    reply.assert_problem(400, &problem(9, message, "IDEMPOTENCY_KEY_REUSED", &json!({})));
}

#[tokio::test]
async fn a_key_that_is_malformed_or_repeated_is_400() {
    let service = Service::with_users(&["eva"]).await;
    let long = "k".repeat(201);
    let malformed = "must have 1 to 200 printable ASCII characters";
    for (headers, problem) in [
        (vec![("Idempotency-Key", "")], malformed),
        (vec![("Idempotency-Key", long.as_str())], malformed),
        (vec![("Idempotency-Key", "é")], malformed),
        (vec![KEY, KEY], "must not be given twice"),
    ] {
        let reply = service.call(Method::POST, LOCK, &headers, "").await;
        reply.assert_invalid(&[("idempotency-key", problem)]);
    }
}

#[tokio::test]
async fn the_tag_of_a_read_is_good_for_a_change() {
    let service = Service::with_users(&["eva"]).await;
    let shown = service.get(EVA).await;
    assert_eq!(shown.header("etag"), Some("\"1\""));
    let tag = shown.header("etag").unwrap();

    let locked = service.call(Method::POST, LOCK, &[("If-Match", tag)], "").await;
    assert_eq!(locked.status, 200);

    let unlock = "/v3alpha/users/eva/unlock";
    let late = service.call(Method::POST, unlock, &[("If-Match", tag)], "").await;
    late.assert_problem(409, &mismatch("2"));
    let weak = [("If-Match", "W/\"1\"")];
    let late = service.call(Method::POST, unlock, &weak, "").await;
    late.assert_problem(409, &mismatch("2"));
    let anyhow = service.call(Method::POST, unlock, &[("If-Match", "*")], "").await;
    assert_eq!(anyhow.status, 200);
    let head = as_admin(Method::HEAD, EVA).body(Body::empty()).unwrap();
    assert_eq!(service.send(head).await.header("etag"), Some("\"3\""));
}

#[tokio::test]
async fn every_change_takes_an_expected_sequence_from_header_and_body() {
    let service = Service::with_users(&["eva"]).await;
    for (method, path, body) in [
        (Method::PUT, EVA, r#""data":{},"#),
        (Method::DELETE, EVA, ""),
        (Method::POST, LOCK, ""),
        (Method::POST, "/v3alpha/users/eva/unlock", ""),
        (Method::POST, "/v3alpha/users/eva/deactivate", ""),
        (Method::POST, "/v3alpha/users/eva/reactivate", ""),
        (
            Method::POST,
            "/v3alpha/users/eva/username",
            r#""username":{"username":"eva"},"#,
        ),
        (Method::DELETE, "/v3alpha/users/eva/username/1", ""),
        (
            Method::POST,
            "/v3alpha/users/eva/password",
            r#""newPassword":{"password":"hunter2 hunter2"},"#,
        ),
        (Method::POST, "/v3alpha/users/eva/password/reset", r#""returnCode":{},"#),
    ] {
        for field in [r#""ifSequence":"7""#, r#""if_sequence":7"#, r#""ifSequence":7.0"#] {
            let body = format!("{{{body}{field}}}");
            let reply = service.call(method.clone(), path, &[], &body).await;
            reply.assert_problem(409, &mismatch("1"));
        }
        let body = format!("{{{body}\"ifSequence\":\"1\"}}");
        let reply = service.call(method, path, &[("If-Match", "\"7\"")], &body).await;
        reply.assert_invalid(&[("if-match", "must say the same as the field if_sequence")]);
    }
    let create = r#"{"userId":"adam","organization":{"orgId":"default"},"ifSequence":"1"}"#;
    let reply = service.post("/v3alpha/users", create).await;
    let message = "The user has another sequence.";
    reply.assert_problem(
        409,
        &problem(10, message, "SEQUENCE_MISMATCH", &json!({"sequence": "0"})),
    );
}

#[tokio::test]
async fn a_sequence_is_a_number_or_a_string_of_digits() {
    let service = Service::with_users(&["eva"]).await;
    for wrong in [
        r#""""#,
        r#""-1""#,
        r#""+1""#,
        r#"" 1""#,
        r#""1.0""#,
        "-1",
        "1.5",
        "true",
        "[1]",
        "1e30",
        "18446744073709551616",
        r#""18446744073709551616""#,
    ] {
        let reply = service.post(LOCK, &format!(r#"{{"ifSequence":{wrong}}}"#)).await;
        reply.assert_invalid(&[("if_sequence", "must be a number from 0 to 18446744073709551615")]);
    }
    for largest in ["18446744073709551615", r#""18446744073709551615""#] {
        let reply = service.post(LOCK, &format!(r#"{{"ifSequence":{largest}}}"#)).await;
        reply.assert_problem(409, &mismatch("1"));
    }
}

#[tokio::test]
async fn a_tag_of_another_form_is_400() {
    let service = Service::with_users(&["eva"]).await;
    let problem = "must be one entity tag as reads give it: the sequence in double quotes";
    for tag in ["1", "\"1\", \"2\"", "\"\"", "\"x\"", "é"] {
        let reply = service.call(Method::POST, LOCK, &[("If-Match", tag)], "").await;
        reply.assert_invalid(&[("if-match", problem)]);
    }
    let twice = [("If-Match", "\"1\""), ("If-Match", "\"1\"")];
    let reply = service.call(Method::POST, LOCK, &twice, "").await;
    reply.assert_invalid(&[("if-match", "must not be given twice")]);
}
