use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::service::{NOW, PASSWORD, Service, problem};

const SESSIONS: &str = "/v2/sessions";

fn as_eva(password: &str) -> Value {
    json!({"checks": {"user": {"loginName": "eva@example.com"}, "password": {"password": password}}})
}

async fn set_policy(service: &Service, policy: &Value) {
    let reply = service
        .call(Method::PUT, "/v1/lockout-policy", &[], &policy.to_string())
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn whatever_is_wrong_with_a_sign_in_the_answer_is_the_same() {
    let service = Service::with_password().await;
    let message = "The login name or the password is wrong, or the user may not sign in.";
    let expected = problem(7, message, "INVALID_CREDENTIALS", &json!({}));
    let unknown = json!({"checks": {"user": {"userId": "nobody"}, "password": {"password": PASSWORD}}});
    for guess in [as_eva("wrong"), unknown] {
        service
            .post(SESSIONS, &guess.to_string())
            .await
            .assert_problem(403, &expected);
    }
    for state in ["lock", "deactivate"] {
        assert_eq!(
            service.post(&format!("/v3alpha/users/eva/{state}"), "").await.status,
            200
        );
        let reply = service.post(SESSIONS, &as_eva(PASSWORD).to_string()).await;
        reply.assert_problem(403, &expected);
    }
}

#[tokio::test]
async fn too_many_wrong_passwords_lock_and_the_lock_lifts_by_an_unlock() {
    let service = Service::with_password().await;
    set_policy(&service, &json!({"maxPasswordAttempts": 2, "sourceAttempts": 0})).await;
    let guess = async |password: &str| service.post(SESSIONS, &as_eva(password).to_string()).await.status;
    assert_eq!(guess("wrong 1").await, 403);
    let counted = &service.get("/v3alpha/users/eva").await.json()["user"];
    assert_eq!(
        (&counted["failedPasswordAttempts"], &counted["state"]),
        (&json!(1), &json!("USER_STATE_ACTIVE"))
    );
    assert_eq!(guess("wrong 2").await, 403);

    assert_eq!(guess(PASSWORD).await, 403);

    let locked = &service.get("/v3alpha/users/eva").await.json()["user"];
    let lock = json!({
        "since": NOW, "cause": "LOCK_CAUSE_POLICY", "until": "2024-06-25T13:50:39.148123Z", "scope": "LOCK_SCOPE_SIGN_IN",
    });
    assert_eq!(
        (&locked["state"], &locked["lock"]),
        (&json!("USER_STATE_LOCKED"), &lock)
    );
    assert_eq!(service.post("/v3alpha/users/eva/unlock", "").await.status, 200);
    assert_eq!(guess(PASSWORD).await, 201);
    assert!(
        service.get("/v3alpha/users/eva").await.json()["user"]
            .get("failedPasswordAttempts")
            .is_none()
    );
}

#[tokio::test]
async fn a_user_is_shown_as_active_from_the_moment_on_at_which_their_lock_ends() {
    let service = Service::with_password().await;
    set_policy(&service, &json!({"maxPasswordAttempts": 1, "sourceAttempts": 0})).await;
    assert_eq!(service.post(SESSIONS, &as_eva("wrong").to_string()).await.status, 403);
    let of_state = async |state: &str| {
        let query = json!({"queries": [{"stateQuery": {"state": state}}, {"userIdQuery": {"id": "eva"}}]});
        let found = service.post("/v3alpha/users/search", &query.to_string()).await.json();
        found["result"][0].clone()
    };
    assert_eq!(of_state("USER_STATE_LOCKED").await["state"], "USER_STATE_LOCKED");

    service.clock.advance(Duration::from_mins(15));

    let shown = &service.get("/v3alpha/users/eva").await.json()["user"];
    for user in [shown, &of_state("USER_STATE_ACTIVE").await] {
        assert_eq!(user["state"], "USER_STATE_ACTIVE", "{user}");
        assert!(
            user.get("lock").is_none() && user.get("failedPasswordAttempts").is_none(),
            "{user}"
        );
    }
    assert_eq!(of_state("USER_STATE_LOCKED").await, json!(null));
}

#[tokio::test]
async fn a_lock_is_told_where_the_policy_reveals_it() {
    let service = Service::with_password().await;
    set_policy(
        &service,
        &json!({"maxPasswordAttempts": 1, "sourceAttempts": 0, "revealLock": true}),
    )
    .await;
    service.post(SESSIONS, &as_eva("wrong").to_string()).await;

    let reply = service.post(SESSIONS, &as_eva(PASSWORD).to_string()).await;

    let metadata = json!({"lockedUntil": "2024-06-25T13:50:39.148123Z"});
    reply.assert_problem(400, &problem(9, "The user is locked.", "USER_LOCKED", &metadata));
}

#[tokio::test]
async fn a_source_that_has_failed_too_often_is_told_when_to_come_again() {
    let service = Service::with_password().await;
    set_policy(&service, &json!({"sourceAttempts": 1, "lockDuration": "3600.5s"})).await;
    let from_source = async |password: &str| {
        service
            .call_from_source(Method::POST, SESSIONS, &as_eva(password))
            .await
    };
    assert_eq!(from_source("wrong").await.status, 403);

    let reply = from_source(PASSWORD).await;

    let mut expected = problem(
        8,
        "Too many attempts. Try again later.",
        "TOO_MANY_ATTEMPTS",
        &json!({}),
    );
    let retry = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3600.500s"});
    expected["details"].as_array_mut().unwrap().push(retry);
    reply.assert_problem(429, &expected);
    assert_eq!(reply.header("retry-after"), Some("3601"));
    let elsewhere = service.post(SESSIONS, &as_eva(PASSWORD).to_string()).await;
    assert_eq!(elsewhere.status, 201, "{}", elsewhere.text());
}

#[tokio::test]
async fn sign_ins_are_told_in_the_history_with_their_source() {
    let service = Service::with_password().await;
    set_policy(&service, &json!({"maxPasswordAttempts": 1, "sourceAttempts": 0})).await;
    for password in ["wrong", PASSWORD] {
        service
            .call_from_source(Method::POST, SESSIONS, &as_eva(password))
            .await;
        service.clock.advance(Duration::from_mins(15));
    }
    let reply = service
        .call_from_source(Method::POST, SESSIONS, &as_eva(PASSWORD))
        .await;
    assert_eq!(reply.status, 201, "{}", reply.text());

    let reply = service.get("/v1/events?userId=eva&order=forward").await;

    assert!(!reply.text().contains(PASSWORD), "{}", reply.text());
    let mut events = reply.json()["events"].as_array().cloned().unwrap();
    for event in &mut events {
        event
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !matches!(name.as_str(), "position" | "userId" | "organizationId"));
    }
    let ended = "2024-06-25T13:50:39.148123Z";
    let later = json!({
        "sequence": "5", "kind": "user.password.check.succeeded", "actorId": "admin", "time": ended,
        "source": "203.0.113.7",
    });
    let expected = [
        json!({
            "sequence": "2", "kind": "user.password.check.failed", "actorId": "admin", "time": NOW,
            "source": "203.0.113.7", "countsUntil": "2024-06-25T14:35:39.148123Z",
        }),
        json!({
            "sequence": "3", "kind": "user.locked", "time": NOW, "lockCause": "LOCK_CAUSE_POLICY", "lockUntil": ended,
            "lockScope": "LOCK_SCOPE_SIGN_IN", "source": "203.0.113.7",
        }),
        json!({"sequence": "4", "kind": "user.unlocked", "time": ended, "unlockCause": "UNLOCK_CAUSE_EXPIRED"}),
        later,
    ];
    assert_eq!(events[1..5], expected);
}
