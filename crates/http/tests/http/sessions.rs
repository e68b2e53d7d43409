use std::time::Duration;

use axum::body::Body;
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::service::{NOW, PASSWORD, Service, problem};

const SESSIONS: &str = "/v2/sessions";
/// The end of a session that began at [`NOW`] without a lifetime.
const IN_30_DAYS: &str = "2024-07-25T13:35:39.148123Z";

fn with_password() -> Value {
    json!({"checks": {"user": {"loginName": "eva@example.com"}, "password": {"password": PASSWORD}}})
}

/// Path and token of a session that has begun so.
async fn begin(service: &Service, request: &Value) -> (String, String) {
    let created = service.post(SESSIONS, &request.to_string()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let created = created.json();
    let text = |name: &str| created[name].as_str().unwrap().to_owned();
    (format!("{SESSIONS}/{}", text("sessionId")), text("sessionToken"))
}

fn token_refused() -> Value {
    problem(
        7,
        "The session token is not valid.",
        "SESSION_TOKEN_INVALID",
        &json!({}),
    )
}

#[tokio::test]
async fn a_session_begins_with_a_name_and_a_password() {
    let service = Service::with_password().await;

    let created = service.post(SESSIONS, &with_password().to_string()).await;

    assert_eq!(
        (created.status, created.header("cache-control")),
        (201, Some("no-store"))
    );
    let mut created = created.json();
    let (id, token) = (created["sessionId"].take(), created["sessionToken"].take());
    let details = json!({"sequence": "1", "changeDate": NOW, "resourceOwner": "default"});
    assert_eq!(
        created,
        json!({"details": details, "sessionId": null, "sessionToken": null})
    );
    assert!(token.as_str().unwrap().starts_with("unlockd_session_"));
    let shown = service.get(&format!("{SESSIONS}/{}", id.as_str().unwrap())).await;
    let expected = json!({"session": {
        "id": id, "creationDate": NOW, "changeDate": NOW, "sequence": "1",
        "factors": {
            "user": {"verifiedAt": NOW, "id": "eva", "loginName": "eva@example.com", "organizationId": "default"},
            "password": {"verifiedAt": NOW},
        },
        "expirationDate": IN_30_DAYS,
    }});
    assert_eq!((shown.status, shown.json()), (200, expected));
}

#[tokio::test]
async fn until_the_password_is_shown_a_session_tells_what_was_typed_and_nothing_more() {
    let service = Service::with_password().await;
    for (typed, shown) in [
        (
            json!({"loginName": "eva@example.com"}),
            json!({"verifiedAt": NOW, "loginName": "eva@example.com"}),
        ),
        (
            json!({"login_name": "nobody"}),
            json!({"verifiedAt": NOW, "loginName": "nobody"}),
        ),
        (json!({"userId": "eva"}), json!({"verifiedAt": NOW, "id": "eva"})),
        (json!({"user_id": "nobody"}), json!({"verifiedAt": NOW, "id": "nobody"})),
    ] {
        let created = service
            .post(SESSIONS, &json!({"checks": {"user": typed}}).to_string())
            .await;
        let created = created.json();
        assert_eq!(created["details"], json!({"sequence": "1", "changeDate": NOW}));
        let path = format!("{SESSIONS}/{}", created["sessionId"].as_str().unwrap());
        let session = service.get(&path).await.json();
        assert_eq!(session["session"]["factors"], json!({"user": shown}));
    }
}

#[tokio::test]
async fn a_session_may_begin_with_nothing() {
    let service = Service::with_password().await;
    let created = service.post(SESSIONS, "").await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = format!("{SESSIONS}/{}", created.json()["sessionId"].as_str().unwrap());

    let mut session = service.get(&path).await.json();

    session["session"]["id"].take();
    let expected = json!({
        "id": null, "creationDate": NOW, "changeDate": NOW, "sequence": "1", "expirationDate": IN_30_DAYS,
    });
    assert_eq!(session["session"], expected);
}

#[tokio::test]
async fn a_session_with_everything_is_shown_whole() {
    let service = Service::with_password().await;
    let user_agent = json!({
        "fingerprintId": "kiosk-3", "ip": "198.51.100.9", "description": "",
        "header": {"User-Agent": {"values": ["kiosk/3", ""]}, "empty": {}},
    });
    let mut request = with_password();
    request["metadata"] = json!({"Page": "cmVjZXB0aW9u", "bytes": "-_8", "none": ""});
    request["userAgent"] = user_agent.clone();
    request["lifetime"] = json!("1.5s");
    let (path, token) = begin(&service, &request).await;

    let session = &service.get(&format!("{path}?sessionToken={token}")).await.json()["session"];

    assert_eq!(session["metadata"], json!({"Page": "cmVjZXB0aW9u", "bytes": "+/8="}));
    assert_eq!(session["userAgent"], user_agent);
    assert_eq!(session["expirationDate"], "2024-06-25T13:35:40.648123Z");
}

#[tokio::test]
async fn a_change_gives_another_token_and_the_one_before_stops_working() {
    let service = Service::with_password().await;
    let named = json!({"checks": {"user": {"userId": "eva"}}});
    let (path, first) = begin(&service, &named).await;
    service.clock.advance(Duration::from_secs(1));
    let change = json!({"session_token": first, "checks": {"password": {"password": PASSWORD}}, "lifetime": "60s"});

    let changed = service.call(Method::PATCH, &path, &[], &change.to_string()).await;

    assert_eq!(
        (changed.status, changed.header("cache-control")),
        (200, Some("no-store"))
    );
    let changed = changed.json();
    let later = "2024-06-25T13:35:40.148123Z";
    let details = json!({"sequence": "2", "changeDate": later, "resourceOwner": "default"});
    assert_eq!(changed["details"], details);
    let second = changed["sessionToken"].as_str().unwrap();
    let read = service.get(&format!("{path}?session_token={second}")).await.json();
    assert_eq!(read["session"]["factors"]["password"], json!({"verifiedAt": later}));
    let by_the_first = service.get(&format!("{path}?sessionToken={first}")).await;
    by_the_first.assert_problem(403, &token_refused());
    let again = service.call(Method::PATCH, &path, &[], &change.to_string()).await;
    again.assert_problem(403, &token_refused());
}

#[tokio::test]
async fn notes_come_change_and_go() {
    let service = Service::with_password().await;
    let (path, _) = begin(&service, &json!({"metadata": {"a": "YQ==", "b": "Yg=="}})).await;
    let change = json!({"metadata": {"a": "", "b": "YmI", "c": "Yw"}});

    let changed = service.call(Method::PATCH, &path, &[], &change.to_string()).await;

    assert_eq!(changed.status, 200, "{}", changed.text());
    let session = &service.get(&path).await.json()["session"];
    assert_eq!(session["metadata"], json!({"b": "YmI=", "c": "Yw=="}));
}

#[tokio::test]
async fn the_token_of_a_session_is_a_bearer_token_once_the_password_was_shown() {
    let service = Service::with_password().await;
    let me = async |token: &str| {
        let request = Request::get("/v3alpha/users/eva").header(AUTHORIZATION, format!("Bearer {token}"));
        service.send(request.body(Body::empty()).unwrap()).await.status
    };
    let (_, named_only) = begin(&service, &json!({"checks": {"user": {"userId": "eva"}}})).await;
    let (path, token) = begin(&service, &with_password()).await;

    assert_eq!((me(&named_only).await, me(&token).await), (401, 200));

    assert_eq!(service.post("/v3alpha/users/eva/lock", "").await.status, 200);
    assert_eq!(me(&token).await, 401);
    let by_token = service.get(&format!("{path}?sessionToken={token}")).await;
    by_token.assert_problem(403, &token_refused());
    let metadata = json!({"userId": "eva", "state": "USER_STATE_LOCKED"});
    let by_permission = service.get(&path).await;
    by_permission.assert_problem(
        400,
        &problem(
            9,
            "The user is not active but locked; use unlock.",
            "USER_NOT_ACTIVE",
            &metadata,
        ),
    );
}

#[tokio::test]
async fn ending_a_session_again_changes_nothing() {
    let service = Service::with_password().await;
    let (path, token) = begin(&service, &with_password()).await;
    let by_token = json!({"sessionToken": token}).to_string();

    let ended = service.call(Method::DELETE, &path, &[], &by_token).await;

    let details = json!({"sequence": "2", "changeDate": NOW, "resourceOwner": "default"});
    assert_eq!((ended.status, ended.json()), (200, json!({"details": details})));
    for body in ["", "{}", by_token.as_str()] {
        let again = service.call(Method::DELETE, &path, &[], body).await;
        assert_eq!(
            (again.status, again.json()),
            (200, json!({"details": {"changeDate": NOW}}))
        );
    }
    let id = path.rsplit('/').next().unwrap();
    let missing = problem(
        5,
        "The session does not exist.",
        "SESSION_NOT_FOUND",
        &json!({"sessionId": id}),
    );
    service.get(&path).await.assert_problem(404, &missing);
}

#[tokio::test]
async fn sessions_are_found_by_their_ids_and_their_users() {
    let service = Service::with_password().await;
    let (first, _) = begin(&service, &with_password()).await;
    service.clock.advance(Duration::from_secs(1));
    let (second, _) = begin(&service, &json!({})).await;
    let id = |path: &str| json!(path.rsplit('/').next().unwrap());
    let (first, second) = (id(&first), id(&second));
    for (request, total, expected) in [
        (json!({}), json!("2"), vec![&second, &first]),
        (json!({"query": {"asc": true}}), json!("2"), vec![&first, &second]),
        (json!({"query": {"limit": 1, "offset": "1"}}), json!("2"), vec![&first]),
        (
            json!({"queries": [{"idsQuery": {"ids": [second]}}]}),
            json!("1"),
            vec![&second],
        ),
        (
            json!({"queries": [{"userIdQuery": {"id": "eva"}}]}),
            json!("1"),
            vec![&first],
        ),
        (
            json!({"queries": [{"ids_query": {"ids": [second]}}, {"user_id_query": {"id": "eva"}}]}),
            json!(null),
            vec![],
        ),
        (
            json!({"sorting_column": "SESSION_FIELD_NAME_CREATION_DATE"}),
            json!("2"),
            vec![&second, &first],
        ),
        (
            json!({"sortingColumn": 1, "queries": null}),
            json!("2"),
            vec![&second, &first],
        ),
    ] {
        let reply = service.post("/v2/sessions/search", &request.to_string()).await;

        assert_eq!(reply.status, 200, "{}", reply.text());
        let reply = reply.json();
        assert_eq!(reply["details"]["totalResult"], total, "{request}");
        assert_eq!(reply["details"]["timestamp"], "2024-06-25T13:35:40.148123Z");
        let found = reply["sessions"].as_array().cloned().unwrap_or_default();
        let found: Vec<_> = found.iter().map(|session| &session["id"]).collect();
        assert_eq!(found, expected, "{request}");
    }
    assert_eq!(
        service.post("/v2/sessions/search", "").await.json()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_session_could_be_called_search() {
    let service = Service::new().await;
    let missing = problem(
        5,
        "The session does not exist.",
        "SESSION_NOT_FOUND",
        &json!({"sessionId": "search"}),
    );
    service.get("/v2/sessions/search").await.assert_problem(404, &missing);
    let ended = service.call(Method::DELETE, "/v2/sessions/search", &[], "").await;
    assert_eq!(ended.status, 200, "{}", ended.text());
}
