use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use unlockd_application::{Error, Readiness, RequestContext};

use crate::status;

/// The services whose health is told; the empty name stands for the whole server.
const SERVICES: [&str; 6] = [
    "",
    "unlockd.event.v1.EventService",
    "unlockd.policy.v1.LockoutPolicyService",
    "zitadel.session.v2.SessionService",
    "zitadel.settings.v2.SettingsService",
    "zitadel.user.v3alpha.UserService",
];

/// How often watchers have the readiness looked at.
const WATCH_INTERVAL: Duration = Duration::from_secs(2);

/// `grpc.health.v1.Health`, answered from the readiness.
#[derive(Clone)]
pub(crate) struct ReadinessHealth {
    pub(crate) readiness: Arc<dyn Readiness>,
    /// How long to wait for the readiness before the server is called not serving. Shorter than a request may take, so
    /// that there is time left to say so.
    pub(crate) patience: Duration,
}

#[tonic::async_trait]
impl Health for ReadinessHealth {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        if is_known(&request.get_ref().service) {
            let (status, _) = self.look().await;
            Ok(Response::new(response(status)))
        } else {
            let context = request.extensions().get::<Arc<RequestContext>>();
            Err(status::refuse(&Error::ServiceNotFound, context.map(Arc::as_ref)))
        }
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    /// The health now, and again whenever it changes. Ends when the server is about to stop, which it would hold up
    /// otherwise. A service that is not known is watched too, as the protocol wants it.
    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let watch = Watch {
            health: self.clone(),
            is_known: is_known(&request.get_ref().service),
            told: None,
            is_over: false,
        };
        Ok(Response::new(Box::pin(stream::unfold(watch, Watch::next))))
    }
}

impl ReadinessHealth {
    /// The health, and whether it will never get better.
    async fn look(&self) -> (ServingStatus, bool) {
        match tokio::time::timeout(self.patience, self.readiness.check()).await {
            Ok(Ok(())) => (ServingStatus::Serving, false),
            Ok(Err(error)) => (ServingStatus::NotServing, matches!(error, Error::ShuttingDown)),
            Err(_elapsed) => (ServingStatus::NotServing, false),
        }
    }
}

struct Watch {
    health: ReadinessHealth,
    is_known: bool,
    told: Option<ServingStatus>,
    is_over: bool,
}

impl Watch {
    async fn next(mut self) -> Option<(Result<HealthCheckResponse, Status>, Self)> {
        while !self.is_over {
            if self.told.is_some() {
                tokio::time::sleep(WATCH_INTERVAL).await;
            }
            let (status, is_over) = self.health.look().await;
            self.is_over = is_over;
            let status = if self.is_known {
                status
            } else {
                ServingStatus::ServiceUnknown
            };
            if self.told.replace(status) != Some(status) {
                return Some((Ok(response(status)), self));
            }
        }
        None
    }
}

fn is_known(service: &str) -> bool {
    SERVICES.contains(&service)
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
