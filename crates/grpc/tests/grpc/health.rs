use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Version};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use prost::Message;
use tonic::body::Body;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower::ServiceExt;
use unlockd_application::{Error, Readiness};
use unlockd_grpc::{Grpc, GrpcServices};
use unlockd_testkit::{MemoryStore, Outage, Services};

use crate::raw_client::{RawRequest, code_and_reason, framed, framed_bytes};
use crate::stage::{Stage, channel, options, real};

fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

#[tokio::test]
async fn the_server_and_its_services_are_serving_while_the_store_answers() {
    let stage = Stage::new().await;
    let mut client = HealthClient::new(channel(&stage.server).await);
    for service in [
        "",
        "unlockd.event.v1.EventService",
        "unlockd.policy.v1.LockoutPolicyService",
        "zitadel.session.v2.SessionService",
        "zitadel.settings.v2.SettingsService",
        "zitadel.user.v3alpha.UserService",
    ] {
        stage.store.set_outage(None);
        assert_eq!(
            client.check(about(service)).await.unwrap().into_inner().status(),
            ServingStatus::Serving
        );

        stage.store.set_outage(Some(Outage::ConnectionsLost));
        assert_eq!(
            client.check(about(service)).await.unwrap().into_inner().status(),
            ServingStatus::NotServing
        );
    }
}

#[tokio::test]
async fn an_unknown_service_is_not_found() {
    let stage = Stage::new().await;
    for service in [
        "zitadel.user.v3alpha",
        "zitadel.user.v3alpha.userservice",
        "unlockd.event.v1",
        "nobody",
    ] {
        let answer = RawRequest::grpc("/grpc.health.v1.Health/Check", framed(&about(service)))
            .send(&stage.server)
            .await;

        assert_eq!(code_and_reason(&answer.failure()), (5, "SERVICE_NOT_FOUND".to_owned()));
    }
}

#[tokio::test]
async fn a_malformed_check_is_refused_like_any_other_request() {
    let stage = Stage::new().await;

    let answer = RawRequest::grpc("/grpc.health.v1.Health/Check", framed_bytes(b"\xff"))
        .send(&stage.server)
        .await;

    assert_eq!(code_and_reason(&answer.failure()), (3, "INVALID_ARGUMENT".to_owned()));
}

#[tokio::test]
async fn health_is_told_over_grpc_web() {
    let stage = Stage::new().await;
    let request = RawRequest::http1(
        "/grpc.health.v1.Health/Check",
        "application/grpc-web",
        framed(&about("")),
    );

    let response: HealthCheckResponse = request.send(&stage.server).await.unwrapped().message();

    assert_eq!(response.status(), ServingStatus::Serving);
}

/// Asks in this process: the clock of the runtime jumps ahead when there is nothing else to do, which sockets do not bear.
async fn watch(services: GrpcServices, service: &str) -> Body {
    ask("Watch", services, Full::new(framed(&about(service)))).await
}

async fn ask<B>(method: &str, services: GrpcServices, body: B) -> Body
where
    B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let request = Request::post(format!("/grpc.health.v1.Health/{method}"))
        .version(Version::HTTP_2)
        .header("content-type", "application/grpc")
        .body(body)
        .unwrap();
    Grpc::new(services, options())
        .oneshot(request)
        .await
        .unwrap()
        .into_body()
}

async fn next(body: &mut Body) -> Option<ServingStatus> {
    let frame: Bytes = body.frame().await?.unwrap().into_data().ok()?;
    Some(HealthCheckResponse::decode(&frame[5..]).unwrap().status())
}

fn in_memory() -> (GrpcServices, MemoryStore) {
    let (services, _clock, store) = Services::in_memory();
    (real(&services), store)
}

#[tokio::test(start_paused = true)]
async fn watchers_are_told_at_once_and_whenever_it_changes() {
    let (services, store) = in_memory();
    let mut body = watch(services, "zitadel.user.v3alpha.UserService").await;
    assert_eq!(next(&mut body).await, Some(ServingStatus::Serving));

    store.set_outage(Some(Outage::ConnectionsLost));
    assert_eq!(next(&mut body).await, Some(ServingStatus::NotServing));

    store.set_outage(None);
    assert_eq!(next(&mut body).await, Some(ServingStatus::Serving));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_silent_is_not_serving() {
    let (services, store) = in_memory();
    store.set_outage(Some(Outage::Silent));
    let mut body = watch(services, "").await;

    assert_eq!(next(&mut body).await, Some(ServingStatus::NotServing));
}

struct NeverAnswers;

#[async_trait]
impl Readiness for NeverAnswers {
    async fn check(&self) -> Result<(), Error> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_readiness_that_does_not_answer_in_time_is_not_serving() {
    let silent = || GrpcServices {
        readiness: Arc::new(NeverAnswers),
        ..in_memory().0
    };
    for method in ["Check", "Watch"] {
        let late = stream::once(async {
            tokio::time::sleep(options().request_deadline / 4).await;
            Ok::<_, Infallible>(Frame::data(framed(&about(""))))
        });
        let mut body = ask(method, silent(), StreamBody::new(Box::pin(late))).await;

        assert_eq!(next(&mut body).await, Some(ServingStatus::NotServing), "{method}");
    }
}

struct Stopping(AtomicBool);

#[async_trait]
impl Readiness for Stopping {
    async fn check(&self) -> Result<(), Error> {
        if self.0.load(Ordering::SeqCst) {
            Err(Error::ShuttingDown)
        } else {
            Ok(())
        }
    }
}

#[tokio::test(start_paused = true)]
async fn watching_ends_when_the_server_is_about_to_stop() {
    for (service, first, last) in [
        ("", ServingStatus::Serving, Some(ServingStatus::NotServing)),
        ("nobody", ServingStatus::ServiceUnknown, None),
    ] {
        let stopping = Arc::new(Stopping(AtomicBool::new(false)));
        let mut body = watch(
            GrpcServices {
                readiness: stopping.clone(),
                ..in_memory().0
            },
            service,
        )
        .await;
        assert_eq!(next(&mut body).await, Some(first));

        stopping.0.store(true, Ordering::SeqCst);
        if last.is_some() {
            assert_eq!(next(&mut body).await, last);
        }
        let end = body
            .frame()
            .await
            .expect("trailers")
            .unwrap()
            .into_trailers()
            .expect("trailers");
        assert_eq!(end["grpc-status"], "0");
    }
}
