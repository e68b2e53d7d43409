use std::collections::BTreeMap;
use std::time::Duration;

use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use unlockd_application::{Error, ErrorReason, RequestContext};
use unlockd_http::{http_status, problem_response};
use unlockd_testkit::Outage;

use crate::service::{Service, problem};

/// What is said about errors, to those who get them.
const PAGE: &str = include_str!("../../../../docs/errors.md");

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

#[test]
fn every_reason_has_the_status_that_is_documented() {
    let rows = PAGE.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", reason, _when, _code, status, _what_to_do, ""] = cells.as_slice() else {
            return None;
        };
        Some((reason.strip_prefix('`')?.strip_suffix('`')?, (*status).to_owned()))
    });
    let documented: BTreeMap<_, _> = rows.collect();
    let statuses: BTreeMap<_, _> = ErrorReason::ALL
        .iter()
        .map(|reason| {
            let is_of_grpc_only = matches!(reason, ErrorReason::RpcNotFound | ErrorReason::ServiceNotFound);
            let status = if is_of_grpc_only {
                "-".to_owned()
            } else {
                http_status(*reason).as_u16().to_string()
            };
            (reason.as_str(), status)
        })
        .collect();
    assert_eq!(documented, statuses);
}

#[tokio::test]
async fn what_may_be_tried_again_says_when() {
    let errors = [
        (Error::Overloaded(None), 429, 8, "OVERLOADED"),
        (Error::StoreUnavailable("secret".into()), 503, 14, "STORE_UNAVAILABLE"),
        (Error::ShuttingDown, 503, 14, "SHUTTING_DOWN"),
    ];
    for (error, status, code, reason) in errors {
        let message = error.describe(None).message;
        let response = problem_response(error, None);

        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (status, &"1".parse().unwrap())
        );
        let mut expected = problem(code, &message, reason, &json!({}));
        let retry = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"});
        expected["details"].as_array_mut().unwrap().push(retry);
        assert_eq!(json_of(response).await, expected);
    }
}

#[tokio::test]
async fn a_wait_is_told_exactly_in_the_details_and_in_whole_seconds_rounded_up_in_the_header() {
    for (retry_after, seconds, delay) in [
        (Duration::from_micros(1), "1", "0.000001s"),
        (Duration::from_millis(899_500), "900", "899.500s"),
        (Duration::from_hours(24), "86400", "86400s"),
    ] {
        let response = problem_response(Error::TooManyAttempts { retry_after }, None);

        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (429, &seconds.parse().unwrap())
        );
        let body = json_of(response).await;
        assert_eq!(
            (&body["code"], &body["details"][0]["reason"]),
            (&json!(8), &json!("TOO_MANY_ATTEMPTS"))
        );
        let retry = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay});
        assert_eq!(body["details"][1], retry);
    }
}

#[tokio::test]
async fn an_internal_error_is_known_by_the_id_of_its_request_and_by_nothing_else() {
    let context = RequestContext::new("request-7".to_owned());

    let response = problem_response(Error::internal("the secret cause"), Some(&context));

    assert_eq!(response.status(), 500);
    let message = "Internal error. Quote request request-7 to the operators.";
    let expected = problem(13, message, "INTERNAL", &json!({"requestId": "request-7"}));
    assert_eq!(json_of(response).await, expected);
    assert_eq!(context.error(), Some(ErrorReason::Internal));
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503() {
    let service = Service::with_users(&["eva"]).await;
    service.store.set_outage(Some(Outage::ConnectionsLost));

    let reply = service.post("/v3alpha/users/eva/unlock", "").await;

    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
    assert_eq!(reply.json()["details"][0]["reason"], "STORE_UNAVAILABLE");
    assert!(!reply.text().contains("connections"), "{}", reply.text());
}

#[tokio::test]
async fn what_is_taken_is_409_and_what_is_missing_404() {
    let service = Service::with_users(&["eva"]).await;
    let again = json!({"userId": "eva", "organization": {"orgId": "default"}}).to_string();
    let taken = problem(6, "The user id is taken.", "USER_ID_TAKEN", &json!({}));
    service.post("/v3alpha/users", &again).await.assert_problem(409, &taken);

    let missing = problem(
        5,
        "The user does not exist.",
        "USER_NOT_FOUND",
        &json!({"userId": "adam"}),
    );
    service.get("/v3alpha/users/adam").await.assert_problem(404, &missing);
}
