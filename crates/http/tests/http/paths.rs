use axum::http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::service::Service;

#[tokio::test]
async fn an_id_of_no_or_201_characters_or_with_nul_is_400() {
    let service = Service::new().await;
    let too_long = "x".repeat(201);
    let wrong = [
        ("", "must not be empty"),
        (too_long.as_str(), "must have at most 200 characters"),
        ("a%00b", "must not contain the character U+0000"),
    ];
    for (id, description) in wrong {
        let path = format!("/v3alpha/users/{id}");
        service.get(&path).await.assert_invalid(&[("user_id", description)]);
        for operation in ["lock", "unlock", "deactivate", "reactivate"] {
            let reply = service.post(&format!("{path}/{operation}"), "").await;
            reply.assert_invalid(&[("user_id", description)]);
        }
        let deleted = service.call(Method::DELETE, &path, &[], "").await;
        deleted.assert_invalid(&[("user_id", description)]);
        let removed = service
            .call(Method::DELETE, &format!("{path}/username/{id}"), &[], "")
            .await;
        removed.assert_invalid(&[("user_id", description), ("username_id", description)]);
    }
}

#[tokio::test]
async fn an_id_that_is_encoded_wrongly_is_400() {
    let service = Service::new().await;
    for id in [
        "%",
        "a%4",
        "%zz",
        "%e",
        "%+1",
        "%%41",
        "%ff",
        "%C3",
        "%C3%28",
        "%ED%A0%80",
        "%c0%80",
    ] {
        let violation = [("user_id", "must be percent-encoded UTF-8")];
        service
            .get(&format!("/v3alpha/users/{id}"))
            .await
            .assert_invalid(&violation);
        service
            .post(&format!("/v3alpha/users/{id}/unlock"), "")
            .await
            .assert_invalid(&violation);
    }
}

#[tokio::test]
async fn an_encoded_slash_and_everything_else_is_a_part_of_the_id() {
    let ids = [
        "ä€\u{1F511}",
        "100%",
        "a b",
        "a+b",
        "?#",
        "lock",
        &"\u{1F511}".repeat(200),
    ];
    let service = Service::with_users(&ids).await;
    for id in ids {
        let encoded = utf8_percent_encode(id, NON_ALPHANUMERIC);
        let reply = service.get(&format!("/v3alpha/users/{encoded}")).await;
        assert_eq!((reply.status, &reply.json()["user"]["userId"]), (200, &json!(id)));
        assert_eq!(
            service.post(&format!("/v3alpha/users/{encoded}/lock"), "").await.status,
            200,
            "{id}"
        );
    }
    // Nobody new gets such an id.
    for id in ["a/b", "a/unlock", ".."] {
        let encoded = utf8_percent_encode(id, NON_ALPHANUMERIC);
        let reply = service.post(&format!("/v3alpha/users/{encoded}/lock"), "").await;
        let body = reply.json();
        assert_eq!(
            (reply.status, &body["details"][0]["metadata"]["userId"]),
            (404, &json!(id))
        );
    }
}

#[tokio::test]
async fn characters_that_need_no_encoding_are_taken_as_they_are() {
    let service = Service::with_users(&["a+b@c:d;e=f,g!", "lock"]).await;
    assert_eq!(service.get("/v3alpha/users/a+b@c:d;e=f,g!").await.status, 200);
    assert_eq!(service.get("/v3alpha/users/lock").await.status, 200);
}

#[tokio::test]
async fn a_wrong_id_is_named_before_a_body_that_cannot_be_read_and_together_with_wrong_fields() {
    let service = Service::new().await;
    let path = "/v3alpha/users/%ff/lock";
    let of_id = ("user_id", "must be percent-encoded UTF-8");
    service.post(path, "{").await.assert_invalid(&[of_id]);

    let body = json!({"reason": "r".repeat(501), "lockedUntil": "tomorrow"}).to_string();
    service.post(path, &body).await.assert_invalid(&[
        of_id,
        ("reason", "must have at most 500 characters"),
        ("locked_until", "must be an RFC 3339 time within the years 1 to 9999"),
    ]);
}
