use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use unlockd_http::openapi_json;

use crate::service::Service;

fn document() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

/// Method, path and description of each operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
        })
        .collect()
}

/// What is there, or what it refers to.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_document_that_is_checked_in_is_current() {
    let checked_in = include_str!("../../../../docs/openapi.json");
    assert!(
        checked_in == openapi_json(),
        "docs/openapi.json is not what the handlers say: write it anew with `just openapi`"
    );
}

#[tokio::test]
async fn the_description_of_the_api_needs_no_token() {
    let service = Service::new().await;

    let reply = service
        .send(Request::get("/openapi.json").body(Body::empty()).unwrap())
        .await;

    let document = reply.json();
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/json"))
    );
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{document}");
    assert_eq!(document["info"]["title"], "unlockd");
    let scheme = &document["components"]["securitySchemes"]["bearer"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&json!("http"), &json!("bearer")));
    assert_eq!(document["security"], json!([{"bearer": []}]));
}

#[tokio::test]
async fn every_operation_that_is_described_is_served() {
    let service = Service::new().await;
    let document = service.get("/openapi.json").await.json();
    for (method, path, operation) in operations(&document) {
        let method: Method = method.parse().unwrap();
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .body(Body::empty())
            .unwrap();
        let status = service.send(request).await.status;
        let needs_token = operation["security"] != json!([{}]);
        assert_eq!(status, if needs_token { 401 } else { 200 }, "{path}");
    }
}

#[test]
fn every_operation_lists_the_statuses_that_it_answers_with() {
    let document = document();
    let statuses: Vec<_> = operations(&document)
        .iter()
        .map(|(method, path, operation)| format!("{method} {path}: {}", keys(&operation["responses"]).join(" ")))
        .collect();
    let change = "200 400 401 403 404 409 413 415 429 500 503 504";
    let partly_done = "200 400 401 403 404 409 413 415 429 500 501 503 504";
    let user = "/v3alpha/users/{user_id}";
    let session = "/v2/sessions/{session_id}";
    let policy = "/v1/organizations/{organization_id}/lockout-policy";
    assert_eq!(
        statuses,
        [
            "GET /healthz: 200".to_owned(),
            "GET /openapi.json: 200".to_owned(),
            "GET /readyz: 200 429 500 503 504".to_owned(),
            "GET /v1/events: 200 400 401 403 429 500 503 504".to_owned(),
            "GET /v1/events:watch: 200 400 401 403 429 500 503 504".to_owned(),
            "DELETE /v1/lockout-policy: 200 400 401 403 429 500 503 504".to_owned(),
            "GET /v1/lockout-policy: 200 400 401 403 429 500 503 504".to_owned(),
            "PUT /v1/lockout-policy: 200 400 401 403 413 415 429 500 503 504".to_owned(),
            format!("DELETE {policy}: 200 400 401 403 404 429 500 503 504"),
            format!("GET {policy}: 200 400 401 403 404 429 500 503 504"),
            format!("PUT {policy}: 200 400 401 403 404 413 415 429 500 503 504"),
            "POST /v2/sessions: 201 400 401 403 413 415 429 500 501 503 504".to_owned(),
            "POST /v2/sessions/search: 200 400 401 403 413 415 429 500 501 503 504".to_owned(),
            format!("DELETE {session}: 200 400 401 403 413 415 429 500 503 504"),
            format!("GET {session}: 200 400 401 403 404 429 500 503 504"),
            format!("PATCH {session}: 200 400 401 403 404 413 415 429 500 501 503 504"),
            "GET /v2/settings/lockout: 200 400 401 403 404 429 500 503 504".to_owned(),
            format!("POST /v2beta/users/{{user_id}}/password: {change}"),
            format!("POST /v2beta/users/{{user_id}}/password/reset: {partly_done}"),
            "POST /v3alpha/users: 201 400 401 403 404 409 413 415 429 500 501 503 504".to_owned(),
            "POST /v3alpha/users/search: 200 400 401 403 413 415 429 500 501 503 504".to_owned(),
            format!("DELETE {user}: {change}"),
            format!("GET {user}: 200 400 401 403 404 429 500 503 504"),
            format!("PUT {user}: {partly_done}"),
            format!("POST {user}/deactivate: {change}"),
            format!("POST {user}/lock: {change}"),
            format!("POST {user}/password: {change}"),
            format!("POST {user}/password/reset: {partly_done}"),
            format!("POST {user}/reactivate: {change}"),
            format!("POST {user}/unlock: {change}"),
            format!("POST {user}/username: {change}"),
            format!("DELETE {user}/username/{{username_id}}: {change}"),
        ]
    );
}

#[test]
fn every_refusal_is_a_status_with_an_example_for_each_reason_and_its_headers() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let place = format!("{method} {path} {status}");
            if status.starts_with('2') {
                continue;
            }
            let response = resolved(&document, response);
            let content = &response["content"]["application/json"];
            assert_eq!(content["schema"]["$ref"], "#/components/schemas/Status", "{place}");
            for (reason, example) in content["examples"].as_object().unwrap() {
                assert_eq!(example["value"]["details"][0]["reason"], json!(reason), "{place}");
                let description = response["description"].as_str().unwrap();
                assert!(description.contains(&format!("`{reason}`")), "{place}: {description}");
            }
            let header = match status.as_str() {
                "401" => Some("WWW-Authenticate"),
                "429" | "503" => Some("Retry-After"),
                _ => None,
            };
            let headers = response.get("headers").map(keys).unwrap_or_default();
            assert_eq!(headers, header.into_iter().collect::<Vec<_>>(), "{place}");
        }
    }
}

#[test]
fn the_headers_that_make_requests_safe_are_described() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let has = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
        let success = operation["responses"].get("200").or(operation["responses"].get("201"));
        let headers = success.and_then(|response| response.get("headers")).map(keys);
        let headers = headers.unwrap_or_default();
        assert_eq!(
            has("Idempotency-Key"),
            headers.contains(&"Idempotency-Replayed"),
            "{method} {path}"
        );
        let reads_one_user = method == "GET" && path == "/v3alpha/users/{user_id}";
        assert_eq!(headers.contains(&"ETag"), reads_one_user, "{method} {path}");
        let is_about_users = path.starts_with("/v3alpha/users") || path.starts_with("/v2beta/users");
        let changes = method != "GET" && path != "/v3alpha/users/search";
        assert_eq!(has("If-Match"), changes && is_about_users, "{method} {path}");
    }
    let watch = &document["paths"]["/v1/events:watch"]["get"];
    let parameters = watch["parameters"].as_array().unwrap();
    assert!(
        parameters
            .iter()
            .any(|it| it["name"] == "Last-Event-ID" && it["in"] == "header")
    );
    assert_eq!(keys(&watch["responses"]["200"]["content"]), ["text/event-stream"]);
}

#[test]
fn bodies_that_may_be_left_out_may_be_null() {
    let document = document();
    let mut bodies = Vec::new();
    for (method, path, operation) in operations(&document) {
        let Some(body) = operation.get("requestBody") else {
            continue;
        };
        let schema = &body["content"]["application/json"]["schema"];
        let (needed, reference) = match schema["oneOf"].as_array().map(Vec::as_slice) {
            Some([object, null]) if null["type"] == "null" => ("optional", &object["$ref"]),
            _ => ("needed", &schema["$ref"]),
        };
        assert_eq!(body["required"] == true, needed == "needed", "{method} {path}");
        let (_, name) = reference.as_str().unwrap().rsplit_once('/').unwrap();
        bodies.push(format!("{method} {path}: {needed} {name}"));
    }
    let user = "/v3alpha/users/{user_id}";
    assert_eq!(
        bodies,
        [
            "PUT /v1/lockout-policy: needed SetLockoutPolicyRequest".to_owned(),
            "PUT /v1/organizations/{organization_id}/lockout-policy: needed SetLockoutPolicyRequest".to_owned(),
            "POST /v2/sessions: optional CreateSessionRequest".to_owned(),
            "POST /v2/sessions/search: optional ListSessionsRequest".to_owned(),
            "DELETE /v2/sessions/{session_id}: optional DeleteSessionRequest".to_owned(),
            "PATCH /v2/sessions/{session_id}: optional SetSessionRequest".to_owned(),
            "POST /v2beta/users/{user_id}/password: needed SetPasswordRequest".to_owned(),
            "POST /v2beta/users/{user_id}/password/reset: needed RequestPasswordResetRequest".to_owned(),
            "POST /v3alpha/users: needed CreateUserRequest".to_owned(),
            "POST /v3alpha/users/search: optional ListUsersRequest".to_owned(),
            format!("DELETE {user}: optional DeleteUserRequest"),
            format!("PUT {user}: needed UpdateUserRequest"),
            format!("POST {user}/deactivate: optional StateChangeRequest"),
            format!("POST {user}/lock: optional LockUserRequest"),
            format!("POST {user}/password: needed SetPasswordRequest"),
            format!("POST {user}/password/reset: needed RequestPasswordResetRequest"),
            format!("POST {user}/reactivate: optional StateChangeRequest"),
            format!("POST {user}/unlock: optional StateChangeRequest"),
            format!("POST {user}/username: needed AddUsernameRequest"),
            format!("DELETE {user}/username/{{username_id}}: optional RemoveUsernameRequest"),
        ]
    );
}

#[tokio::test]
async fn the_example_of_each_body_is_taken() {
    let service = Service::new().await;
    let document = document();
    let example = |name: &str| document["components"]["schemas"][name]["example"].to_string();
    let eva = "/v3alpha/users/eva";
    let is_done = async |method: Method, path: &str, name: &str| {
        let reply = service.call(method, path, &[], &example(name)).await;
        assert!(matches!(reply.status, 200 | 201), "{name}: {}", reply.text());
    };
    is_done(Method::POST, "/v3alpha/users", "CreateUserRequest").await;
    is_done(Method::POST, &format!("{eva}/lock"), "LockUserRequest").await;
    is_done(Method::POST, &format!("{eva}/unlock"), "StateChangeRequest").await;
    is_done(Method::POST, &format!("{eva}/deactivate"), "StateChangeRequest").await;
    is_done(Method::POST, &format!("{eva}/reactivate"), "StateChangeRequest").await;
    is_done(Method::PUT, eva, "UpdateUserRequest").await;
    is_done(Method::POST, &format!("{eva}/password"), "SetPasswordRequest").await;
    is_done(
        Method::POST,
        &format!("{eva}/password/reset"),
        "RequestPasswordResetRequest",
    )
    .await;
    is_done(Method::POST, "/v3alpha/users/search", "ListUsersRequest").await;
    is_done(Method::POST, "/v2/sessions", "CreateSessionRequest").await;
    is_done(Method::POST, "/v2/sessions/search", "ListSessionsRequest").await;
    is_done(Method::PUT, "/v1/lockout-policy", "SetLockoutPolicyRequest").await;
}

#[test]
fn requests_take_no_fields_that_are_not_described() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let (mut open, mut closed) = (Vec::new(), 0);
    for (name, schema) in schemas {
        let is_asked = ["Request", "Query", "Queries", "Set", "Organization"]
            .iter()
            .any(|part| name.contains(part) && name != "TextQueryMethod" && !name.contains("Settings"));
        if is_asked && schema["additionalProperties"] == false {
            closed += 1;
        } else if is_asked {
            open.push(name);
        }
    }
    assert!(open.is_empty() && closed > 15, "{closed} closed, open: {open:?}");
}

#[test]
fn every_schema_that_is_referred_to_is_there() {
    let text = openapi_json();
    let document = document();
    let mut references = 0;
    for rest in text.split(r##""$ref": "#"##).skip(1) {
        let (pointer, _) = rest.split_once('"').unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} is missing");
        references += 1;
    }
    assert!(references > 100, "only {references} references were found");
}
