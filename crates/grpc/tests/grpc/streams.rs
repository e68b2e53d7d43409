//! Asks in this process: the clock of the runtime jumps ahead when there is nothing else to do, which sockets do not bear.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_stream::{StreamExt, once, pending};
use tonic::Status;
use tonic::body::Body;
use tower::ServiceExt;
use unlockd_grpc::Grpc;
use unlockd_testkit::Services;

use crate::doubles::PermitOnDrop;
use crate::raw_client::{code_and_reason, framed_bytes};
use crate::stage::{options, real};

const WATCH: &str = "/grpc.health.v1.Health/Watch";
const CHECK: &str = "/grpc.health.v1.Health/Check";
const REFLECTION: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// As many as may be open.
const CAPACITY: usize = 1_000;

fn in_memory() -> Grpc {
    let (services, _clock, _store) = Services::in_memory();
    Grpc::new(real(&services), options())
}

fn request(path: &str, body: Body) -> Request<Body> {
    Request::post(path)
        .version(Version::HTTP_2)
        .header("content-type", "application/grpc")
        .body(body)
        .unwrap()
}

async fn call(grpc: &Grpc, path: &str, body: Body) -> Response<Body> {
    grpc.clone().oneshot(request(path, body)).await.unwrap()
}

fn whole() -> Body {
    Body::new(Full::new(framed_bytes(b"")))
}

/// A body that begins like this and never goes on, and what tells when nobody waits for it any more.
fn half_sent(beginning: &'static [u8]) -> (Body, Arc<Semaphore>) {
    let given_up = Arc::new(Semaphore::new(0));
    let guard = PermitOnDrop(given_up.clone());
    let frames = once(Bytes::from_static(beginning)).chain(pending()).map(move |data| {
        let _held = &guard;
        Ok::<_, Infallible>(Frame::data(data))
    });
    (Body::new(StreamBody::new(frames)), given_up)
}

async fn assert_given_up(given_up: &Semaphore) {
    let permit = tokio::time::timeout(Duration::from_secs(1), given_up.acquire()).await;
    permit.expect("nobody waits for the rest").unwrap().forget();
}

fn failure(headers: &HeaderMap) -> (i32, String) {
    code_and_reason(&Status::from_header_map(headers).expect("a status"))
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_never_wholly_asked_for_ends_at_the_servers_deadline() {
    let (body, given_up) = half_sent(b"\0\0\0\0\x05ab");
    let began = Instant::now();

    let answer = call(&in_memory(), WATCH, body).await;

    assert_eq!(failure(answer.headers()), (4, "DEADLINE_EXCEEDED".to_owned()));
    assert_eq!(began.elapsed(), options().request_deadline);
    assert_given_up(&given_up).await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_has_begun_outlives_the_deadline() {
    let mut body = call(&in_memory(), WATCH, whole()).await.into_body();
    body.frame().await.expect("a first answer").unwrap();

    let next = tokio::time::timeout(options().request_deadline * 2, body.frame()).await;

    assert!(next.is_err(), "nothing changed, but {next:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_when_the_client_has_said_that_it_waits_no_longer() {
    let waiting = options().request_deadline / 2;
    for path in [WATCH, REFLECTION[0], REFLECTION[1]] {
        let body = if path == WATCH { whole() } else { half_sent(b"").0 };
        let mut request = request(path, body);
        let timeout = format!("{}S", waiting.as_secs());
        request.headers_mut().insert("grpc-timeout", timeout.parse().unwrap());
        let began = Instant::now();

        let answer = in_memory().oneshot(request).await.unwrap();
        let whole = tokio::time::timeout(waiting * 2, answer.into_body().collect()).await;

        let answer = whole.expect("the stream ends").unwrap();
        let trailers = answer.trailers().expect("trailers");
        assert_eq!(failure(trailers), (4, "DEADLINE_EXCEEDED".to_owned()), "{path}");
        assert_eq!(began.elapsed(), waiting);
    }
}

#[tokio::test(start_paused = true)]
async fn reflection_ends_at_the_servers_deadline_and_waits_for_no_question_any_more() {
    let beginnings: [&[u8]; 3] = [b"", b"\0\0\0\0\x05ab", b"\0\0\0\0\x02\x3a\0"];
    for (path, beginning) in REFLECTION.into_iter().flat_map(|path| beginnings.map(|it| (path, it))) {
        let (body, given_up) = half_sent(beginning);
        let began = Instant::now();

        let answer = call(&in_memory(), path, body)
            .await
            .into_body()
            .collect()
            .await
            .unwrap();

        let trailers = answer.trailers().expect("trailers");
        assert_eq!(
            failure(trailers),
            (4, "DEADLINE_EXCEEDED".to_owned()),
            "{path} {beginning:?}"
        );
        assert_eq!(began.elapsed(), options().request_deadline);
        assert_given_up(&given_up).await;
    }
}

#[tokio::test(start_paused = true)]
async fn reflection_waits_for_no_question_of_a_client_that_went_away() {
    let (body, given_up) = half_sent(b"");
    let began = Instant::now();

    drop(call(&in_memory(), REFLECTION[0], body).await);

    assert_given_up(&given_up).await;
    assert!(began.elapsed() < options().request_deadline);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_streams_are_open_at_a_time_and_whatever_is_no_stream_does_not_count() {
    let grpc = in_memory();
    let mut open = Vec::new();
    for path in [WATCH, REFLECTION[0], REFLECTION[1], WATCH]
        .into_iter()
        .cycle()
        .take(CAPACITY)
    {
        let body = if path == WATCH { whole() } else { half_sent(b"").0 };
        let answer = call(&grpc, path, body).await;
        assert!(!answer.headers().contains_key("grpc-status"), "{:?}", answer.headers());
        open.push(answer);
    }

    for path in [WATCH, REFLECTION[0], REFLECTION[1]] {
        let refused = call(&grpc, path, whole()).await;
        assert_eq!(failure(refused.headers()), (8, "OVERLOADED".to_owned()), "{path}");
    }
    let check = call(&grpc, CHECK, whole()).await.into_body().collect().await.unwrap();
    assert_eq!(check.trailers().expect("trailers")["grpc-status"], "0");

    open.pop();
    let answer = call(&grpc, WATCH, whole()).await;
    assert!(!answer.headers().contains_key("grpc-status"), "{:?}", answer.headers());
}
