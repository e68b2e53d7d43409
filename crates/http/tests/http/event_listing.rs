use std::time::Duration;

use serde_json::{Value, json};

use crate::service::{Reply, Service};

const NOW: &str = "2024-06-25T13:35:39.148123Z";

/// The organization, the admin, the admin's role and token at positions 1 to 4; eva and adam created at 5 and 6; eva locked at
/// 7 and unlocked a second later at 8.
async fn service() -> Service {
    let service = Service::with_users(&["eva", "adam"]).await;
    let order = r#"{"reason":"lost\nbadge","lockedUntil":"2024-06-26T00:00:00Z"}"#;
    service.post("/v3alpha/users/eva/lock", order).await;
    service.clock.advance(Duration::from_secs(1));
    service.post("/v3alpha/users/eva/unlock", "").await;
    service
}

fn positions(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let events = reply.json()["events"].as_array().cloned().unwrap_or_default();
    events.iter().map(|event| event["position"].clone()).collect()
}

#[tokio::test]
async fn a_page_tells_what_happened_and_how_far_it_goes() {
    let service = service().await;

    let reply = service.get("/v1/events?userId=eva").await;

    let expected = json!({
        "events": [
            {
                "position": "5", "userId": "eva", "sequence": "1", "kind": "user.created", "organizationId": "default",
                "actorId": "admin", "time": NOW,
            },
            {
                "position": "7", "userId": "eva", "sequence": "2", "kind": "user.locked", "organizationId": "default",
                "actorId": "admin", "time": NOW, "reason": "lost\nbadge", "lockCause": "LOCK_CAUSE_OPERATOR",
                "lockUntil": "2024-06-26T00:00:00Z", "lockScope": "LOCK_SCOPE_ALL_USE",
            },
            {
                "position": "8", "userId": "eva", "sequence": "3", "kind": "user.unlocked", "organizationId": "default",
                "actorId": "admin", "time": "2024-06-25T13:35:40.148123Z", "unlockCause": "UNLOCK_CAUSE_OPERATOR",
            },
        ],
        "position": "8",
    });
    assert_eq!((reply.status, reply.json()), (200, expected));
}

#[tokio::test]
async fn events_are_filtered_by_the_query_string() {
    let service = service().await;
    let all = vec!["1", "2", "3", "4", "5", "6", "7", "8"];
    for (query, expected) in [
        ("", all.clone()),
        ("?", all.clone()),
        ("?userId=eva&kind=user.locked&kind=user.unlocked", vec!["7", "8"]),
        ("?user_id=adam", vec!["6"]),
        ("?userId=&&pageSize=0", all),
        ("?actorId=admin&kind=user.created", vec!["5", "6"]),
        ("?organizationId=elsewhere", vec![]),
        ("?after=2024-06-25T13:35:39.148123Z", vec!["8"]),
        (
            "?before=2024-06-25T15:35:40%2B02:00&order=backward",
            vec!["7", "6", "5", "4", "3", "2", "1"],
        ),
        ("?order=forward&pageSize=2", vec!["1", "2"]),
    ] {
        let reply = service.get(&format!("/v1/events{query}")).await;
        assert_eq!(positions(&reply), expected, "{query}");
    }
}

#[tokio::test]
async fn parameters_are_decoded_as_those_of_forms() {
    let service = Service::with_users(&["a b", "a+b", "ä&="]).await;
    for (query, expected) in [
        ("userId=a+b", ["5"]),
        ("userId=a%20b", ["5"]),
        ("userId=a%2Bb", ["6"]),
        ("userId=%C3%A4%26=", ["7"]),
        ("user%49d=a+b", ["5"]),
    ] {
        let reply = service.get(&format!("/v1/events?{query}")).await;
        assert_eq!(positions(&reply), expected, "{query}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_by_their_tokens() {
    let service = service().await;
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let reply = service
            .get(&format!("/v1/events?order=backward&pageSize=2&pageToken={token}"))
            .await;
        seen.extend(positions(&reply));
        match reply.json()["nextPageToken"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    assert_eq!(seen, ["8", "7", "6", "5", "4", "3", "2", "1"]);
}

#[tokio::test]
async fn parameters_that_are_wrong_are_named() {
    let service = Service::new().await;
    let time = "must be an RFC 3339 time within the years 1 to 9999";
    let number = "must be a number from 0 to 4294967295";
    let long = "x".repeat(201);
    let unknown = format!("{}=1", "n".repeat(101));
    let shortened = format!("{}…", "n".repeat(100));
    for (query, field, problem) in [
        ("user=eva", "user", "is not known"),
        ("UserId=eva", "UserId", "is not known"),
        (unknown.as_str(), shortened.as_str(), "is not known"),
        ("afterPosition=1", "afterPosition", "is not known"),
        ("userId=eva&userId=eva", "user_id", "must not be given twice"),
        ("pageSize=1&page_size=1", "page_size", "must not be given twice"),
        ("actorId=%ff", "actor_id", "must be percent-encoded UTF-8"),
        ("actorId=%4", "actor_id", "must be percent-encoded UTF-8"),
        ("%zz=1", "query", "must be percent-encoded UTF-8"),
        ("userId=%00", "user_id", "must not contain the character U+0000"),
        (
            &format!("organizationId={long}"),
            "organization_id",
            "must have at most 200 characters",
        ),
        ("after=yesterday", "after", time),
        ("before=2024-06-25T15:35:40+02:00", "before", time),
        ("order=up", "order", "must be forward or backward"),
        ("order", "order", "must be forward or backward"),
        ("pageSize=ten", "page_size", number),
        ("pageSize=-1", "page_size", number),
        ("pageSize=", "page_size", number),
        ("pageSize=4294967296", "page_size", number),
        ("pageSize=1001", "page_size", "must be at most 1000"),
        (
            "pageToken=x",
            "page_token",
            "must be a token of a page that was listed before",
        ),
    ] {
        service
            .get(&format!("/v1/events?{query}"))
            .await
            .assert_invalid(&[(field, problem)]);
    }
}

#[tokio::test]
async fn all_parameters_that_are_wrong_are_named_at_once() {
    let service = Service::new().await;
    let reply = service
        .get("/v1/events?kind=user.created&kind=user.eaten&order=up&limit=5&after=x")
        .await;
    let names = "must be one of user.created, user.updated, user.locked, user.unlocked, user.deactivated, \
                 user.reactivated, user.deleted, user.username.added, user.username.removed, user.password.changed, \
                 user.password.check.succeeded, user.password.check.failed, user.password.reset.requested, \
                 user.password.reset.failed, user.role.granted, user.role.removed, lockout_policy.set, \
                 lockout_policy.reset, organization.created, user.token.created, user.token.revoked, \
                 user.session.begun, user.session.ended, sign_in.failed, sign_in.refused";
    reply.assert_invalid(&[
        ("order", "must be forward or backward"),
        ("limit", "is not known"),
        ("kinds[1]", names),
        ("after", "must be an RFC 3339 time within the years 1 to 9999"),
    ]);
}
