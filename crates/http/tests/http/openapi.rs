use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::service::Service;

#[tokio::test]
async fn the_description_of_the_api_needs_no_token() {
    let service = Service::new().await;

    let reply = service
        .send(Request::get("/openapi.json").body(Body::empty()).unwrap())
        .await;

    let document = reply.json();
    assert_eq!(reply.status, 200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{document}");
    assert_eq!(document["info"]["title"], "unlockd");
    assert_eq!(
        document["components"]["securitySchemes"],
        json!({"bearer": {"type": "http", "scheme": "bearer"}})
    );
    assert_eq!(document["security"], json!([{"bearer": []}]));
}

#[tokio::test]
async fn every_operation_that_is_described_is_served_and_describes_its_errors() {
    let service = Service::new().await;
    let document = service.get("/openapi.json").await.json();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push(format!("{method} {path}"));
            let method: Method = method.to_uppercase().parse().unwrap();
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let status = service.send(request).await.status;
            let needs_token = operation["security"] != json!([{}]);
            assert_eq!(status, if needs_token { 401 } else { 200 }, "{path}");
            let problem = &operation["responses"]["default"]["content"]["application/json"]["schema"];
            assert!(
                path == "/healthz" || problem["$ref"] == "#/components/schemas/Status",
                "{path}: {problem}"
            );
        }
    }
    assert_eq!(
        operations,
        [
            "get /healthz",
            "get /readyz",
            "post /v3alpha/users",
            "get /v3alpha/users/{user_id}",
            "post /v3alpha/users/{user_id}/lock",
            "post /v3alpha/users/{user_id}/unlock",
        ]
    );
}

#[tokio::test]
async fn bodies_that_may_be_left_out_may_not_be_null() {
    let service = Service::new().await;
    let document = service.get("/openapi.json").await.json();
    for (path, schema, required) in [
        ("/v3alpha/users", "CreateUserRequest", json!(true)),
        ("/v3alpha/users/{user_id}/lock", "LockUserRequest", json!(null)),
        ("/v3alpha/users/{user_id}/unlock", "UnlockUserRequest", json!(null)),
    ] {
        let body = &document["paths"][path]["post"]["requestBody"];
        let expected = json!({"$ref": format!("#/components/schemas/{schema}")});
        assert_eq!(body["content"]["application/json"]["schema"], expected);
        assert_eq!(body["required"], required);
    }
}

#[tokio::test]
async fn every_schema_that_is_referred_to_is_there() {
    let service = Service::new().await;
    let text = service.get("/openapi.json").await;
    let document = text.json();
    let mut references = 0;
    for rest in text.text().split(r##""$ref":"#"##).skip(1) {
        let (pointer, _) = rest.split_once('"').unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} is missing");
        references += 1;
    }
    assert!(references > 10, "only {references} references were found");
}
