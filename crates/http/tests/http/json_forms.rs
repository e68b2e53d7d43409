use std::time::Duration;

use serde_json::{Value, json};

use crate::service::{Service, problem};

const CREATE: &str = "/v3alpha/users";
const NOW: &str = "2024-06-25T13:35:39.148123Z";

fn details(sequence: &str) -> Value {
    json!({"sequence": sequence, "changeDate": NOW, "resourceOwner": "default"})
}

#[tokio::test]
async fn an_unlock_answers_where_the_users_history_stands() {
    let service = Service::with_users(&["eva"]).await;
    let locked = service.post("/v3alpha/users/eva/lock", "").await;
    assert_eq!((locked.status, locked.json()), (200, json!({"details": details("2")})));

    let unlocked = service.post("/v3alpha/users/eva/unlock", "").await;

    let expected =
        r#"{"details":{"sequence":"3","changeDate":"2024-06-25T13:35:39.148123Z","resourceOwner":"default"}}"#;
    assert_eq!((unlocked.status, unlocked.text()), (200, expected));
    assert_eq!(unlocked.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn unlocking_a_user_who_is_not_locked_says_what_they_are() {
    let service = Service::with_users(&["eva"]).await;

    let reply = service.post("/v3alpha/users/eva/unlock", "{}").await;

    let metadata = json!({"userId": "eva", "state": "USER_STATE_ACTIVE"});
    reply.assert_problem(
        400,
        &problem(9, "The user is not locked but active.", "USER_NOT_LOCKED", &metadata),
    );
}

#[tokio::test]
async fn a_user_with_nothing_is_shown_without_what_is_unset_or_zero() {
    let service = Service::with_users(&["eva"]).await;
    let expected = json!({"user": {"userId": "eva", "details": details("1"), "state": "USER_STATE_ACTIVE"}});
    assert_eq!(service.get("/v3alpha/users/eva").await.json(), expected);
}

#[tokio::test]
async fn a_user_with_everything_is_shown_whole() {
    let service = Service::new().await;
    let body = json!({
        "userId": "eva",
        "organization": {"orgId": "default"},
        "authenticators": {
            "usernames": [{"username": "Eva"}, {"username": "reception", "isOrganizationSpecific": true}],
            "password": {"password": "correct horse", "changeRequired": true},
        },
        "data": {"floor": 3},
    });
    let created = service.post(CREATE, &body.to_string()).await;
    assert_eq!(
        (created.status, created.json()),
        (201, json!({"userId": "eva", "details": details("1")}))
    );
    let order = json!({"reason": "lost badge", "lockedUntil": "2024-06-26T15:35:39+02:00"});
    assert_eq!(
        service.post("/v3alpha/users/eva/lock", &order.to_string()).await.status,
        200
    );

    let mut shown = service.get("/v3alpha/users/eva").await.json();

    for username in shown["user"]["authenticators"]["usernames"].as_array_mut().unwrap() {
        assert!(
            username
                .as_object_mut()
                .unwrap()
                .remove("usernameId")
                .unwrap()
                .is_string()
        );
    }
    let admin = shown["user"]["lock"]["lockedBy"].take();
    assert!(admin.is_string());
    let expected = json!({"user": {
        "userId": "eva",
        "details": details("2"),
        "authenticators": {
            "usernames": [{"username": "Eva"}, {"username": "reception", "isOrganizationSpecific": true}],
            "password": {"lastChanged": NOW, "changeRequired": true},
        },
        "state": "USER_STATE_LOCKED",
        "data": {"floor": 3},
        "lock": {
            "since": NOW, "cause": "LOCK_CAUSE_OPERATOR", "lockedBy": null, "reason": "lost badge",
            "until": "2024-06-26T13:35:39Z", "scope": "LOCK_SCOPE_ALL_USE",
        },
    }});
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn times_have_0_3_or_6_digits_of_a_second() {
    let service = Service::with_users(&["eva"]).await;
    service.clock.advance(Duration::from_micros(851_877));
    let whole = service.post("/v3alpha/users/eva/lock", "").await.json();
    service.clock.advance(Duration::from_millis(20));
    let thousandths = service.post("/v3alpha/users/eva/unlock", "").await.json();

    assert_eq!(whole["details"]["changeDate"], "2024-06-25T13:35:40Z");
    assert_eq!(thousandths["details"]["changeDate"], "2024-06-25T13:35:40.020Z");
}

#[tokio::test]
async fn fields_may_have_the_names_of_the_proto() {
    let service = Service::new().await;
    let body = json!({
        "user_id": "eva",
        "organization": {"org_id": "default"},
        "authenticators": {
            "usernames": [{"username": "Eva", "is_organization_specific": true}],
            "password": {"password": "correct horse", "change_required": true},
        },
    });
    assert_eq!(service.post(CREATE, &body.to_string()).await.json()["userId"], "eva");
    let order = json!({"user_id": "eva", "locked_until": "2024-06-26T00:00:00Z"});
    assert_eq!(
        service.post("/v3alpha/users/eva/lock", &order.to_string()).await.status,
        200
    );

    let user = &service.get("/v3alpha/users/eva").await.json()["user"];
    assert_eq!(user["authenticators"]["usernames"][0]["isOrganizationSpecific"], true);
    assert_eq!(user["lock"]["until"], "2024-06-26T00:00:00Z");
}

#[tokio::test]
async fn null_is_unset() {
    let service = Service::new().await;
    let body = json!({
        "userId": null, "organization": {"orgId": "default", "orgDomain": null}, "contact": null, "schemaId": null,
        "data": null, "authenticators": {
            "usernames": [{"username": "Eva", "isOrganizationSpecific": null}],
            "password": {"password": null, "hash": null, "changeRequired": null},
        },
    });
    let created = service.post(CREATE, &body.to_string()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let user_id = created.json()["userId"].as_str().unwrap().to_owned();
    let nothing = json!({"userId": null, "reason": null, "lockedUntil": null}).to_string();
    assert_eq!(
        service
            .post(&format!("/v3alpha/users/{user_id}/lock"), &nothing)
            .await
            .status,
        200
    );

    let user = &service.get(&format!("/v3alpha/users/{user_id}")).await.json()["user"];
    assert_eq!(
        user["authenticators"].as_object().unwrap().len(),
        1,
        "no password: {user}"
    );
    assert!(
        user.get("data").is_none() && user["lock"].get("until").is_none(),
        "{user}"
    );

    let nothing_at_all = json!({"organization": null, "authenticators": null}).to_string();
    service
        .post(CREATE, &nothing_at_all)
        .await
        .assert_invalid(&[("organization", "must be given")]);
}

#[tokio::test]
async fn data_comes_back_byte_for_byte() {
    let service = Service::new().await;
    let data = r#"{ "id" : 123456789012345678901234567890, "precise":0.10000000000000000000000001,
        "twice":1, "twice":2, "escaped":"\u00e9\/", "big":1E300 }"#;
    let body = format!(r#"{{"userId":"eva","data": {data} ,"organization":{{"orgId":"default"}}}}"#);
    assert_eq!(service.post(CREATE, &body).await.status, 201);

    let shown = service.get("/v3alpha/users/eva").await;

    assert!(shown.text().contains(&format!(r#""data":{data}"#)), "{}", shown.text());
}

#[tokio::test]
async fn data_has_to_be_an_object() {
    let service = Service::new().await;
    for data in ["[]", "5", "\"text\"", "true"] {
        let body = format!(r#"{{"organization":{{"orgId":"default"}},"data":{data}}}"#);
        service
            .post(CREATE, &body)
            .await
            .assert_invalid(&[("data", "must be a JSON object")]);
    }
}

#[tokio::test]
async fn an_object_that_cannot_be_data_is_told_why() {
    let service = Service::new().await;
    let deep = format!("{}1{}", r#"{"a":["#.repeat(75), "]}".repeat(75));
    let cannot_be_said = "must be valid JSON, with numbers that fit a double and strings without unpaired surrogates";
    for (data, problem) in [
        (deep.as_str(), "must not be nested more than 30 levels deep"),
        (r#"{"a":1e400}"#, cannot_be_said),
        (r#"{"a":"\ud83d"}"#, cannot_be_said),
    ] {
        let body = format!(r#"{{"organization":{{"orgId":"default"}},"data":{data}}}"#);
        service.post(CREATE, &body).await.assert_invalid(&[("data", problem)]);
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once_in_the_order_of_the_proto() {
    let service = Service::new().await;
    let body = json!({
        "data": [],
        "authenticators": {
            "password": {"password": "correct horse", "hash": "$2b$10$abc"},
            "usernames": [{}, {"username": "Eva"}, {"username": "x".repeat(201)}],
        },
        "organization": {},
        "userId": "",
    });
    service.post(CREATE, &body.to_string()).await.assert_invalid(&[
        ("user_id", "must not be empty"),
        ("organization.org_id", "must not be empty"),
        ("authenticators.usernames[0].username", "must not be empty"),
        (
            "authenticators.usernames[2].username",
            "must have at most 200 characters",
        ),
        ("authenticators.password", "must have a password or a hash, not both"),
        ("data", "must be a JSON object"),
    ]);
}

#[tokio::test]
async fn what_is_documented_and_not_done_is_501_before_anything_else_is_judged() {
    let service = Service::new().await;
    for (field, body) in [
        (
            "organization.org_domain",
            json!({"organization": {"orgDomain": "example.com"}, "userId": ""}),
        ),
        ("organization.org_domain", json!({"organization": {"org_domain": ""}})),
        ("contact", json!({"contact": {"email": {"address": "eva@example.com"}}})),
        ("contact", json!({"contact": {}, "schemaId": "1"})),
        ("schema_id", json!({"schemaId": "1"})),
        ("schema_id", json!({"schema_id": "1", "data": []})),
    ] {
        let expected = problem(
            12,
            &format!("{field} is not implemented."),
            "UNIMPLEMENTED",
            &json!({"field": field}),
        );
        service
            .post(CREATE, &body.to_string())
            .await
            .assert_problem(501, &expected);
    }
}

#[tokio::test]
async fn an_id_in_the_body_has_to_be_the_one_in_the_path() {
    let service = Service::with_users(&["eva"]).await;
    assert_eq!(
        service
            .post("/v3alpha/users/eva/lock", r#"{"userId":"eva"}"#)
            .await
            .status,
        200
    );
    for (operation, other) in [("lock", "Eva"), ("unlock", "adam"), ("unlock", " ")] {
        let body = json!({"userId": other}).to_string();
        let reply = service.post(&format!("/v3alpha/users/eva/{operation}"), &body).await;
        reply.assert_invalid(&[("user_id", "must be the same in the path and in the body")]);
    }
}

#[tokio::test]
async fn an_empty_id_in_the_body_is_none() {
    let service = Service::with_users(&["eva"]).await;
    for operation in ["lock", "unlock"] {
        let reply = service
            .post(&format!("/v3alpha/users/eva/{operation}"), r#"{"userId":""}"#)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    service
        .post("/v3alpha/users//unlock", r#"{"userId":""}"#)
        .await
        .assert_invalid(&[("user_id", "must not be empty")]);
}

#[tokio::test]
async fn a_password_to_be_changed_has_to_be_there() {
    let service = Service::new().await;
    let with = |password: &str| {
        format!(r#"{{"organization":{{"orgId":"default"}},"authenticators":{{"password":{password}}}}}"#)
    };
    service
        .post(CREATE, &with(r#"{"changeRequired":true}"#))
        .await
        .assert_invalid(&[("authenticators.password", "must have a password or a hash")]);
    for nothing in ["{}", r#"{"changeRequired":false}"#] {
        assert_eq!(service.post(CREATE, &with(nothing)).await.status, 201, "{nothing}");
    }
}
