//! `WatchEvents`: when it ends, and how many there may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tonic::Status;
use tonic_types::StatusExt;
use unlockd_grpc::GrpcServices;
use unlockd_proto::unlockd::event::v1::WatchEventsRequest;

use crate::doubles::{PanickingEvents, StoppingAuthenticator, StuckEvents};
use crate::in_process::{Form, InProcess, WATCH_EVENTS, Watch, bearer, with_header};
use crate::raw_client::{code_and_reason, framed_bytes};
use crate::stage::options;

/// As many as may watch.
const CAPACITY: usize = 1_000;

/// How many events watches one caller may have in one process.
const CAPACITY_OF_A_CALLER: usize = 100;

fn from_now_on() -> WatchEventsRequest {
    WatchEventsRequest::default()
}

fn impatient(it: &InProcess, timeout: &str) -> HeaderMap {
    let mut headers = bearer(&it.world.instance_viewer.token);
    headers.extend(with_header("grpc-timeout", timeout));
    headers
}

fn refusal(headers: &HeaderMap) -> (i32, String) {
    code_and_reason(&Status::from_header_map(headers).expect("a refusal"))
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_has_begun_outlives_the_servers_deadline() {
    let it = InProcess::new().await;
    let mut watch = it
        .watch(Form::Grpc, &it.world.instance_viewer.token, &from_now_on())
        .await;
    watch.beginning().await;
    let began = Instant::now();

    while began.elapsed() < options().request_deadline * 2 {
        assert_eq!(watch.next().await.event, None);
    }
    it.lock(&it.world.roleless.user_id, "").await;

    assert_eq!(watch.next().await.event.expect("an event").kind, "user.locked");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_does_not_begin_ends_at_the_servers_deadline() {
    let stuck = |services| GrpcServices {
        events: Arc::new(StuckEvents),
        ..services
    };
    let it = InProcess::with(stuck).await;
    let began = Instant::now();

    let headers = bearer(&it.world.instance_viewer.token);
    let answer = it.call(Form::Grpc, WATCH_EVENTS, &headers, framed_bytes(b"")).await;

    assert_eq!(refusal(answer.headers()), (4, "DEADLINE_EXCEEDED".to_owned()));
    assert_eq!(began.elapsed(), options().request_deadline);
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_when_the_client_has_said_that_it_waits_no_longer() {
    for form in Form::ALL {
        let it = InProcess::new().await;
        let began = Instant::now();

        // Longer than the server's own deadline, which is for the beginning alone.
        let headers = impatient(&it, "100S");
        let mut watch = Watch::begun(it.call(form, WATCH_EVENTS, &headers, framed_bytes(b"")).await);
        watch.beginning().await;
        let status = watch.end().await;

        assert_eq!(
            code_and_reason(&status),
            (4, "DEADLINE_EXCEEDED".to_owned()),
            "{form:?}"
        );
        assert_eq!(began.elapsed(), Duration::from_secs(100));
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_thousands_of_years_is_none() {
    let it = InProcess::new().await;
    let headers = impatient(&it, "99999999H");
    let mut watch = Watch::begun(it.call(Form::Grpc, WATCH_EVENTS, &headers, framed_bytes(b"")).await);
    watch.beginning().await;

    it.lock(&it.world.roleless.user_id, "").await;

    assert_eq!(watch.next().await.event.expect("an event").kind, "user.locked");
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_when_the_server_is_about_to_stop_and_goes_on_elsewhere() {
    for form in Form::ALL {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let it = InProcess::with(|services| GrpcServices {
            authenticator: Arc::new(StoppingAuthenticator {
                authenticator: services.authenticator.clone(),
                is_stopping: is_stopping.clone(),
            }),
            ..services
        })
        .await;
        let mut watch = it.watch(form, &it.world.instance_viewer.token, &from_now_on()).await;
        watch.beginning().await;
        let began = Instant::now();

        is_stopping.store(true, Ordering::SeqCst);
        let status = watch.end().await;

        assert_eq!(code_and_reason(&status), (14, "SHUTTING_DOWN".to_owned()), "{form:?}");
        assert!(status.get_details_retry_info().is_some());
        assert!(began.elapsed() <= Duration::from_secs(1), "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_the_watch_as_an_internal_error_and_says_no_more() {
    let panicking = |services| GrpcServices {
        events: Arc::new(PanickingEvents),
        ..services
    };
    for form in Form::ALL {
        let it = InProcess::with(panicking).await;
        let watch = it.watch(form, &it.world.instance_viewer.token, &from_now_on()).await;

        let status = watch.end().await;

        assert_eq!(code_and_reason(&status), (13, "INTERNAL".to_owned()));
        assert!(!format!("{status:?}").contains("hunter2"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_frees_its_place() {
    let it = InProcess::new().await;
    let token = &it.world.instance_viewer.token;
    let mut open = Vec::new();
    for form in Form::ALL.into_iter().cycle().take(CAPACITY_OF_A_CALLER) {
        open.push(it.watch(form, token, &from_now_on()).await);
    }
    let full = it
        .call(Form::Grpc, WATCH_EVENTS, &bearer(token), framed_bytes(b""))
        .await;
    assert_eq!(refusal(full.headers()), (8, "OVERLOADED".to_owned()));

    // One of each form, one after the other.
    for form in Form::ALL {
        drop(open.remove(0));
        let mut watch = it.watch(form, token, &from_now_on()).await;
        watch.beginning().await;
        open.push(watch);
    }
}

#[tokio::test(start_paused = true)]
async fn strangers_cannot_take_the_places_of_those_who_watch_events() {
    let it = InProcess::new().await;
    let health = "/grpc.health.v1.Health/Watch";
    let mut open = Vec::new();
    for _ in 0..CAPACITY {
        let answer = it.call(Form::Grpc, health, &HeaderMap::new(), framed_bytes(b"")).await;
        assert!(!answer.headers().contains_key("grpc-status"), "{:?}", answer.headers());
        open.push(answer);
    }
    let full = it.call(Form::Grpc, health, &HeaderMap::new(), framed_bytes(b"")).await;
    assert_eq!(refusal(full.headers()), (8, "OVERLOADED".to_owned()));

    let mut watch = it
        .watch(Form::Grpc, &it.world.instance_viewer.token, &from_now_on())
        .await;

    watch.beginning().await;
}
