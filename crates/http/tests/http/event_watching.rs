use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, Method, Request};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt;
use unlockd_domain::Role;
use unlockd_testkit::Outage;

use crate::service::{Service, as_admin, problem};

const WATCH: &str = "/v1/events:watch";

/// A stream of server-sent events.
struct Watch {
    headers: HeaderMap,
    body: BodyDataStream,
    received: String,
}

impl Watch {
    async fn begin(service: &Service, request: Request<Body>) -> Self {
        let (head, body) = service.router.clone().oneshot(request).await.unwrap().into_parts();
        assert_eq!(head.status, 200);
        Self {
            headers: head.headers,
            body: body.into_data_stream(),
            received: String::new(),
        }
    }

    async fn as_admin(service: &Service, path: &str) -> Self {
        Self::begin(service, as_admin(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// The lines of the next frame, or nothing when the stream has ended.
    async fn next(&mut self) -> Option<Vec<String>> {
        loop {
            if let Some((frame, rest)) = self.received.split_once("\n\n") {
                let lines = frame.split('\n').map(str::to_owned).collect();
                self.received = self.received.split_off(self.received.len() - rest.len());
                return Some(lines);
            }
            let chunk = self.body.next().await?.unwrap();
            self.received.push_str(str::from_utf8(&chunk).unwrap());
        }
    }

    /// Name and data of the next frame, which has both.
    async fn next_event(&mut self) -> (String, Value) {
        let lines = self.next().await.unwrap();
        let field = |name: &str| {
            lines
                .iter()
                .find_map(|line| line.strip_prefix(name))
                .unwrap()
                .to_owned()
        };
        (field("event: "), serde_json::from_str(&field("data: ")).unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_begins_where_it_is_and_tells_each_event_in_order() {
    let service = Service::with_users(&["eva"]).await;
    let mut watch = Watch::as_admin(&service, WATCH).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(watch.headers[name], value);
    }
    assert_eq!(watch.next().await.unwrap(), ["id: 5"]);

    service
        .post("/v3alpha/users/eva/lock", r#"{"reason":"lost\r\n\nbadge"}"#)
        .await;
    service.post("/v3alpha/users/eva/unlock", "").await;

    let data = r#"{"position":"6","userId":"eva","sequence":"2","kind":"user.locked","organizationId":"default","actorId":"admin","time":"2024-06-25T13:35:39.148123Z","reason":"lost\r\n\nbadge","lockCause":"LOCK_CAUSE_OPERATOR","lockScope":"LOCK_SCOPE_ALL_USE"}"#;
    assert_eq!(
        watch.next().await.unwrap(),
        ["id: 6", "event: user.locked", &format!("data: {data}")]
    );
    let (kind, unlocked) = watch.next_event().await;
    assert_eq!((kind.as_str(), &unlocked["position"]), ("user.unlocked", &json!("7")));
}

#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_behind_the_position_that_it_is_given() {
    let service = Service::with_users(&["eva", "adam"]).await;
    let from_the_start = format!("{WATCH}?afterPosition=0&kind=user.created&userId=eva");
    let mut watch = Watch::as_admin(&service, &from_the_start).await;
    assert_eq!(watch.next().await.unwrap(), ["id: 4"]);
    assert_eq!(watch.next_event().await.1["userId"], "eva");
    assert_eq!(watch.next().await.unwrap(), ["id: 6"], "what does not fit is behind it");

    let request = as_admin(Method::GET, &format!("{WATCH}?afterPosition=0")).header("Last-Event-ID", "5");
    let mut resumed = Watch::begin(&service, request.body(Body::empty()).unwrap()).await;
    assert_eq!(resumed.next().await.unwrap(), ["id: 5"]);
    assert_eq!(resumed.next_event().await.1["userId"], "adam");
}

#[tokio::test(start_paused = true)]
async fn a_silence_is_broken_by_a_position_and_outlasts_the_deadline_of_requests() {
    let service = Service::new().await;
    let mut watch = Watch::as_admin(&service, WATCH).await;
    assert_eq!(watch.next().await.unwrap(), ["id: 4"]);
    for _ in 0..3 {
        let begin = Instant::now();
        assert_eq!(watch.next().await.unwrap(), ["id: 4"]);
        assert_eq!(begin.elapsed().as_secs(), 15);
    }
}

#[tokio::test(start_paused = true)]
async fn a_watcher_who_is_locked_is_told_why_the_watch_ends() {
    let service = Service::with_users(&["eva"]).await;
    let token = service.token("eva", Role::IamOwnerViewer).await;
    let request = Request::get(WATCH).header("authorization", format!("Bearer {token}"));
    let mut watch = Watch::begin(&service, request.body(Body::empty()).unwrap()).await;
    assert_eq!(watch.next().await.unwrap(), ["id: 7"]);
    service.post("/v3alpha/users/eva/lock", "").await;

    let (mut kind, mut data) = watch.next_event().await;
    if kind == "user.locked" {
        (kind, data) = watch.next_event().await;
    }

    let refused = problem(16, "The bearer token is not valid.", "UNAUTHENTICATED", &json!({}));
    assert_eq!((kind.as_str(), data), ("error", refused));
    assert_eq!(watch.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_watch_whose_store_is_lost_says_when_to_come_again() {
    let service = Service::new().await;
    let mut watch = Watch::as_admin(&service, WATCH).await;
    watch.next().await.unwrap();
    service.store.set_outage(Some(Outage::ConnectionsLost));

    let (kind, data) = watch.next_event().await;

    assert_eq!((kind.as_str(), &data["code"]), ("error", &json!(14)));
    assert_eq!(data["details"][1]["retryDelay"], "1s");
    assert_eq!(watch.next().await, None);
}

#[tokio::test]
async fn a_watch_that_cannot_begin_is_refused_like_every_request() {
    let service = Service::new().await;
    let without_token = Request::get(WATCH).body(Body::empty()).unwrap();
    assert_eq!(service.send(without_token).await.status, 401);
    let number = "must be a number from 0 to 9223372036854775807";
    for (query, field, problem) in [
        ("?after=2024-06-25T00:00:00Z", "after", "is not known"),
        ("?afterPosition=x", "after_position", number),
        ("?afterPosition=9223372036854775808", "after_position", number),
        (
            "?afterPosition=1&after_position=1",
            "after_position",
            "must not be given twice",
        ),
        (
            "?afterPosition=9",
            "after_position",
            "must not be behind the last event",
        ),
    ] {
        service
            .get(&format!("{WATCH}{query}"))
            .await
            .assert_invalid(&[(field, problem)]);
    }
    let id = ("Last-Event-ID", "1");
    for (headers, problem) in [
        (vec![("Last-Event-ID", "x")], number),
        (vec![("Last-Event-ID", "é")], number),
        (vec![id, id], "must not be given twice"),
    ] {
        let reply = service.call(Method::GET, WATCH, &headers, "").await;
        reply.assert_invalid(&[("last-event-id", problem)]);
    }
}

#[tokio::test]
async fn head_opens_no_watch() {
    let service = Service::new().await;
    // More than one caller may watch at the same time.
    for _ in 0..101 {
        let reply = service.call(Method::HEAD, WATCH, &[], "").await;
        assert_eq!((reply.status, reply.text()), (200, ""));
        assert_eq!(reply.header("content-type"), Some("text/event-stream"));
    }
    Watch::as_admin(&service, WATCH).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_nobody_reads_any_more_makes_room() {
    let service = Service::new().await;
    let watches: Vec<_> = futures_util::future::join_all((0..100).map(|_| Watch::as_admin(&service, WATCH))).await;
    assert_eq!(service.get(WATCH).await.status, 429);

    drop(watches);

    tokio::time::timeout(Duration::from_secs(1), Watch::as_admin(&service, WATCH))
        .await
        .unwrap();
}
