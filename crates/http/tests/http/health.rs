use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use unlockd_testkit::Outage;

use crate::service::Service;

#[tokio::test]
async fn health_needs_no_token() {
    let service = Service::new().await;
    for path in ["/healthz", "/readyz"] {
        let reply = service.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(
            (reply.status, reply.json()),
            (200, json!({"status": "SERVING"})),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_process_without_its_store_is_up_and_not_ready() {
    let service = Service::new().await;
    service.store.set_outage(Some(Outage::Silent));

    assert_eq!(service.get("/healthz").await.status, 200);
    let reply = service.get("/readyz").await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
    assert_eq!(reply.json()["details"][0]["reason"], "STORE_UNAVAILABLE");
}
