use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::service::{NOW, PASSWORD, Reply, SOURCE, Service, problem};

const SET: &str = "/v3alpha/users/eva/password";
const RESET: &str = "/v3alpha/users/eva/password/reset";
const NEW: &str = "another horse with batteries";

async fn code(service: &Service) -> String {
    let reply = service.post(RESET, r#"{"returnCode":{}}"#).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["verificationCode"].as_str().unwrap().to_owned()
}

fn with(proof: &str, value: &str) -> Value {
    json!({"newPassword": {"password": NEW}, proof: value})
}

async fn sign_in(service: &Service, password: &str) -> Reply {
    let checks = json!({"checks": {"user": {"userId": "eva"}, "password": {"password": password}}});
    service.post("/v2/sessions", &checks.to_string()).await
}

#[tokio::test]
async fn a_code_is_told_once_to_whoever_asks_for_it() {
    let service = Service::with_password().await;
    for (path, body, sequence) in [
        (RESET, r#"{"returnCode":{}}"#, "2"),
        (
            "/v2beta/users/eva/password/reset",
            r#"{"user_id":"eva","return_code":{},"if_sequence":2}"#,
            "3",
        ),
    ] {
        let reply = service.post(path, body).await;

        assert_eq!(
            (reply.status, reply.header("cache-control")),
            (200, Some("no-store")),
            "{}",
            reply.text()
        );
        let mut answer = reply.json();
        let code = answer["verificationCode"].take();
        assert_eq!(code.as_str().unwrap().len(), 8);
        let details = json!({"sequence": sequence, "changeDate": NOW, "resourceOwner": "default"});
        assert_eq!(answer, json!({"details": details, "verificationCode": null}));
    }
}

#[tokio::test]
async fn a_code_that_unlockd_would_have_to_send_is_501() {
    let service = Service::with_password().await;
    for (body, field) in [
        ("", "send_email"),
        ("{}", "send_email"),
        (r#"{"sendEmail":{"urlTemplate":"https://example.com"}}"#, "send_email"),
        (r#"{"returnCode":{},"send_email":{}}"#, "send_email"),
        (r#"{"sendSms":{}}"#, "send_sms"),
    ] {
        let message = format!("{field} is not implemented.");
        let expected = problem(12, &message, "UNIMPLEMENTED", &json!({"field": field}));
        service.post(RESET, body).await.assert_problem(501, &expected);
    }
    service
        .post(RESET, r#"{"returnCode":{"code":"1"}}"#)
        .await
        .assert_invalid(&[("return_code.code", "is not known")]);
}

#[tokio::test]
async fn a_code_replaces_the_password_and_lifts_a_lock_of_the_policy() {
    let service = Service::with_password().await;
    let policy = r#"{"maxPasswordAttempts":1,"sourceAttempts":0,"lockDuration":"0s"}"#;
    service.call(Method::PUT, "/v1/lockout-policy", &[], policy).await;
    assert_eq!(sign_in(&service, "wrong").await.status, 403);
    let code = code(&service).await;

    let set = service
        .call_from_source(Method::POST, SET, &with("verificationCode", &code.to_lowercase()))
        .await;

    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!(sign_in(&service, NEW).await.status, 201);
    let history = service.get("/v1/events?userId=eva&kind=user.unlocked").await;
    assert!(!history.text().contains(&code));
    let unlocked = &history.json()["events"][0];
    assert_eq!(unlocked["unlockCause"], "UNLOCK_CAUSE_PASSWORD_RESET");
    assert_eq!(unlocked["source"], SOURCE);
}

#[tokio::test]
async fn a_wrong_code_is_403_whatever_is_wrong_with_it() {
    let service = Service::with_password().await;
    let message = "The verification code is not valid. Ask for a new one.";
    let expected = problem(7, message, "INVALID_VERIFICATION_CODE", &json!({}));
    let wrong = with("verification_code", "22222222").to_string();
    service.post(SET, &wrong).await.assert_problem(403, &expected);
    let used = code(&service).await;
    service.post(SET, &wrong).await.assert_problem(403, &expected);
    let right = with("verificationCode", &used).to_string();
    assert_eq!(service.post(SET, &right).await.status, 200);
    service.post(SET, &right).await.assert_problem(403, &expected);
}

#[tokio::test]
async fn everybody_may_replace_their_own_password_by_the_current_one() {
    let service = Service::with_password().await;
    let token = sign_in(&service, PASSWORD).await.json()["sessionToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let set = async |current: &str| {
        let request = Request::post("/v2beta/users/eva/password")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/json");
        let body = with("currentPassword", current).to_string();
        service.send(request.body(Body::from(body)).unwrap()).await
    };
    let message = "The login name or the password is wrong, or the user may not sign in.";
    let refused = problem(7, message, "INVALID_CREDENTIALS", &json!({}));
    set("wrong").await.assert_problem(403, &refused);
    let counted = &service.get("/v3alpha/users/eva").await.json()["user"]["failedPasswordAttempts"];
    assert_eq!(*counted, json!(1));

    let reply = set(PASSWORD).await;

    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        (
            sign_in(&service, PASSWORD).await.status,
            sign_in(&service, NEW).await.status
        ),
        (403, 201)
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_new_password_or_its_proof_is_named() {
    let service = Service::with_password().await;
    let not_both = "must be a current password or a verification code, not both";
    for (body, field, problem) in [
        (
            json!({"newPassword": {"password": NEW}, "currentPassword": "a", "verificationCode": "b"}),
            "verification",
            not_both,
        ),
        (with("currentPassword", ""), "current_password", "must not be empty"),
        (
            with("verificationCode", ""),
            "verification_code",
            "must have 1 to 20 characters",
        ),
        (
            with("verificationCode", &"x".repeat(21)),
            "verification_code",
            "must have 1 to 20 characters",
        ),
        (
            json!({"newPassword": {"password": "1234567"}}),
            "new_password.password",
            "must have at least 8 characters",
        ),
        (
            json!({"newPassword": {"password": NEW}, "currentPassword": 1}),
            "current_password",
            "must be a string",
        ),
    ] {
        let reply = service.post(SET, &body.to_string()).await;
        reply.assert_invalid(&[(field, problem)]);
    }
}
