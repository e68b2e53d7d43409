use axum::http::Method;
use serde_json::{Value, json};

use crate::service::{Service, problem};

const EVA: &str = "/v3alpha/users/eva";
const NOW: &str = "2024-06-25T13:35:39.148123Z";

fn changed(sequence: &str) -> Value {
    json!({"details": {"sequence": sequence, "changeDate": NOW, "resourceOwner": "default"}})
}

async fn state(service: &Service) -> Value {
    service.get(EVA).await.json()["user"]["state"].clone()
}

#[tokio::test]
async fn a_user_is_put_aside_taken_back_and_deleted() {
    let service = Service::with_users(&["eva"]).await;

    let aside = service
        .post(
            &format!("{EVA}/deactivate"),
            r#"{"userId":"eva","reason":"on leave","ifSequence":1}"#,
        )
        .await;
    assert_eq!((aside.status, aside.json()), (200, changed("2")));
    assert_eq!(state(&service).await, "USER_STATE_INACTIVE");

    let back = service
        .post(
            &format!("{EVA}/reactivate"),
            r#"{"user_id":"eva","reason":null,"if_sequence":"2"}"#,
        )
        .await;
    assert_eq!((back.status, back.json()), (200, changed("3")));
    assert_eq!(state(&service).await, "USER_STATE_ACTIVE");

    let gone = service
        .call(Method::DELETE, EVA, &[], r#"{"userId":"eva","ifSequence":"3"}"#)
        .await;
    assert_eq!((gone.status, gone.json()), (200, changed("4")));
    assert_eq!(service.get(EVA).await.status, 404);
    assert_eq!(service.call(Method::DELETE, EVA, &[], "").await.status, 404);
}

#[tokio::test]
async fn transitions_that_are_not_allowed_say_what_the_user_is() {
    let service = Service::with_users(&["eva"]).await;
    let metadata = json!({"userId": "eva", "state": "USER_STATE_ACTIVE"});
    let reply = service.post(&format!("{EVA}/reactivate"), "").await;
    reply.assert_problem(
        400,
        &problem(
            9,
            "The user is not deactivated but active.",
            "USER_NOT_INACTIVE",
            &metadata,
        ),
    );

    service.post(&format!("{EVA}/deactivate"), "").await;
    let metadata = json!({"userId": "eva", "state": "USER_STATE_INACTIVE"});
    let reply = service.post(&format!("{EVA}/deactivate"), "{}").await;
    reply.assert_problem(
        400,
        &problem(
            9,
            "The user is deactivated already; use reactivate to end that.",
            "USER_ALREADY_INACTIVE",
            &metadata,
        ),
    );
}

#[tokio::test]
async fn data_is_replaced_byte_for_byte() {
    let service = Service::with_users(&["eva"]).await;
    let data = r#"{ "floor" : 3.0, "floor":4 }"#;

    let noted = service
        .call(Method::PUT, EVA, &[], &format!(r#"{{"userId":"eva","data":{data}}}"#))
        .await;

    assert_eq!((noted.status, noted.json()), (200, changed("2")));
    let shown = service.get(EVA).await;
    assert!(shown.text().contains(&format!(r#""data":{data}"#)), "{}", shown.text());
}

#[tokio::test]
async fn an_update_needs_data() {
    let service = Service::with_users(&["eva"]).await;
    for nothing in ["", "{}", r#"{"data":null}"#] {
        let reply = service.call(Method::PUT, EVA, &[], nothing).await;
        reply.assert_invalid(&[("data", "must be given")]);
    }
    let reply = service.call(Method::PUT, EVA, &[], r#"{"data":[]}"#).await;
    reply.assert_invalid(&[("data", "must be a JSON object")]);
}

#[tokio::test]
async fn a_username_is_added_and_removed_by_its_id() {
    let service = Service::with_users(&["eva"]).await;
    let body = json!({"username": {"username": "Eva", "isOrganizationSpecific": true}});

    let added = service.post(&format!("{EVA}/username"), &body.to_string()).await;

    assert_eq!(
        (added.status, &added.json()["details"]),
        (200, &changed("2")["details"])
    );
    let username_id = added.json()["usernameId"].as_str().unwrap().to_owned();
    let shown = service.get(EVA).await.json()["user"]["authenticators"]["usernames"].clone();
    assert_eq!(
        shown,
        json!([{"usernameId": username_id, "username": "Eva", "isOrganizationSpecific": true}])
    );

    let path = format!("{EVA}/username/{username_id}");
    let body = json!({"user_id": "eva", "username_id": username_id, "if_sequence": "2"});
    let removed = service.call(Method::DELETE, &path, &[], &body.to_string()).await;
    assert_eq!((removed.status, removed.json()), (200, changed("3")));

    let again = service.call(Method::DELETE, &path, &[], "").await;
    let metadata = json!({"userId": "eva", "usernameId": username_id});
    let message = "The user has no username of this id.";
    again.assert_problem(404, &problem(5, message, "USERNAME_NOT_FOUND", &metadata));
}

#[tokio::test]
async fn both_ids_of_a_username_have_to_be_those_in_the_path() {
    let service = Service::with_users(&["eva"]).await;
    let body = r#"{"userId":"adam","usernameId":"2"}"#;

    let reply = service
        .call(Method::DELETE, &format!("{EVA}/username/1"), &[], body)
        .await;

    let problem = "must be the same in the path and in the body";
    reply.assert_invalid(&[("user_id", problem), ("username_id", problem)]);
}

#[tokio::test]
async fn a_password_is_set_at_both_paths() {
    let service = Service::with_users(&["eva"]).await;
    let body = json!({"newPassword": {"password": "correct horse", "changeRequired": true}});
    let snake = json!({"user_id": "eva", "new_password": {"password": "battery staple", "change_required": false}});
    // The clock stands still, and each password is later than all that was before.
    for (path, body, sequence, time, shown) in [
        (
            "/v3alpha/users/eva/password",
            &body,
            "2",
            "2024-06-25T13:35:39.148124Z",
            json!({"lastChanged": "2024-06-25T13:35:39.148124Z", "changeRequired": true}),
        ),
        (
            "/v2beta/users/eva/password",
            &snake,
            "3",
            "2024-06-25T13:35:39.148125Z",
            json!({"lastChanged": "2024-06-25T13:35:39.148125Z"}),
        ),
    ] {
        let set = service.post(path, &body.to_string()).await;
        let expected = json!({"details": {"sequence": sequence, "changeDate": time, "resourceOwner": "default"}});
        assert_eq!((set.status, set.json()), (200, expected), "{path}");
        let user = service.get(EVA).await.json();
        assert_eq!(user["user"]["authenticators"]["password"], shown);
    }
}

#[tokio::test]
async fn what_is_documented_and_not_done_is_501() {
    let service = Service::with_users(&["eva"]).await;
    for (method, path, body, field) in [
        (Method::PUT, EVA, json!({"contact": {}}), "contact"),
        (Method::PUT, EVA, json!({"schemaId": "1"}), "schema_id"),
    ] {
        let reply = service.call(method, path, &[], &body.to_string()).await;
        let message = format!("{field} is not implemented.");
        reply.assert_problem(501, &problem(12, &message, "UNIMPLEMENTED", &json!({"field": field})));
    }
}

#[tokio::test]
async fn fields_that_are_not_known_are_named_on_every_route() {
    let service = Service::with_users(&["eva"]).await;
    let unknown = r#"{"reasons":"x"}"#;
    for (method, path) in [
        (Method::POST, "/v3alpha/users/search"),
        (Method::PUT, EVA),
        (Method::DELETE, EVA),
        (Method::POST, "/v3alpha/users/eva/deactivate"),
        (Method::POST, "/v3alpha/users/eva/reactivate"),
        (Method::POST, "/v3alpha/users/eva/username"),
        (Method::DELETE, "/v3alpha/users/eva/username/1"),
        (Method::POST, "/v3alpha/users/eva/password"),
        (Method::POST, "/v2beta/users/eva/password"),
        (Method::POST, "/v3alpha/users/eva/password/reset"),
        (Method::POST, "/v2beta/users/eva/password/reset"),
        (Method::POST, "/v2/sessions"),
        (Method::POST, "/v2/sessions/search"),
        (Method::PATCH, "/v2/sessions/1"),
        (Method::DELETE, "/v2/sessions/1"),
        (Method::PUT, "/v1/lockout-policy"),
        (Method::PUT, "/v1/organizations/default/lockout-policy"),
    ] {
        let reply = service.call(method, path, &[], unknown).await;
        reply.assert_invalid(&[("reasons", "is not known")]);
    }
    let reply = service
        .post(&format!("{EVA}/username"), r#"{"username":{"userName":"eva"}}"#)
        .await;
    reply.assert_invalid(&[("username.userName", "is not known")]);
}
