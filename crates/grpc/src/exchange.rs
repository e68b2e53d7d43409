use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response, Uri};
use http_body_util::Full;
use tokio::time::Instant;
use tonic::body::Body;
use tonic_health::pb::health_server::HealthServer;
use tower::ServiceExt;
use unlockd_application::authentication::bearer_token;
use unlockd_application::{Authenticator, Error, LiveCaller, RequestContext};
use unlockd_proto::unlockd::event::v1::event_service_server::EventServiceServer;
use unlockd_proto::unlockd::policy::v1::lockout_policy_service_server::LockoutPolicyServiceServer;
use unlockd_proto::zitadel::session::v2::session_service_server::SessionServiceServer;
use unlockd_proto::zitadel::settings::v2::settings_service_server::SettingsServiceServer;
use unlockd_proto::zitadel::user::v3alpha::user_service_server::UserServiceServer;

use crate::deadline::{GRPC_TIMEOUT, requested_timeout};
use crate::destination::Destination;
use crate::events::EventRpcs;
use crate::health::ReadinessHealth;
use crate::message;
use crate::policies::PolicyRpcs;
use crate::reflection::Reflection;
use crate::rpc::Service;
use crate::sessions::SessionRpcs;
use crate::settings::SettingsRpcs;
use crate::status::{self, GRPC_ENCODING};
use crate::streams::{Streams, converse, going_on};
use crate::users::UserRpcs;

/// The life of one call, whichever wire it came by.
pub(crate) struct Exchange {
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) users: UserServiceServer<UserRpcs>,
    pub(crate) sessions: SessionServiceServer<SessionRpcs>,
    pub(crate) settings: SettingsServiceServer<SettingsRpcs>,
    pub(crate) policies: LockoutPolicyServiceServer<PolicyRpcs>,
    pub(crate) events: EventServiceServer<EventRpcs>,
    pub(crate) health: HealthServer<ReadinessHealth>,
    pub(crate) reflection: Reflection,
    pub(crate) reflection_v1alpha: Reflection,
    pub(crate) streams: Streams,
    pub(crate) request_deadline: Duration,
    pub(crate) max_request_bytes: usize,
}

impl Exchange {
    /// Answers a call; whatever goes wrong is an answer too.
    pub(crate) async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let context = request.extensions().get::<Arc<RequestContext>>().cloned();
        match self.call(request, context.as_deref()).await {
            Ok(response) => response,
            Err(error) => status::refuse(&error, context.as_deref()).into_http(),
        }
    }

    async fn call(&self, request: Request<Body>, context: Option<&RequestContext>) -> Result<Response<Body>, Error> {
        let destination = Destination::at(request.uri().path()).ok_or(Error::RpcNotFound)?;
        if let Some(context) = context {
            context.set_operation(destination.rpc.path());
        }
        let deadline = self.deadline(requested_timeout(request.headers()).ok().flatten());
        let answer = AssertUnwindSafe(self.perform(destination, request, context)).catch_unwind();
        let finished = tokio::time::timeout(deadline, answer)
            .await
            .map_err(|_| Error::DeadlineExceeded)?;
        finished.unwrap_or_else(|panic| Err(Error::panicked(&*panic)))
    }

    /// How long the call may take until it begins to answer.
    fn deadline(&self, requested: Option<Duration>) -> Duration {
        requested.map_or(self.request_deadline, |requested| requested.min(self.request_deadline))
    }

    /// The token goes before the form of the request, so that nothing is said to strangers.
    async fn perform(
        &self,
        destination: Destination,
        mut request: Request<Body>,
        context: Option<&RequestContext>,
    ) -> Result<Response<Body>, Error> {
        let Destination {
            rpc,
            user_in_path,
            is_rest,
        } = destination;
        let begun = Instant::now();
        if rpc.service().needs_token() {
            let live = self.authenticate(request.headers(), context).await?;
            request.extensions_mut().insert(live);
        }
        let timeout = check_headers(request.headers())?;
        if let Some(user) = user_in_path {
            let user = user.map_err(|problem| Error::invalid("user_id", problem))?;
            request.extensions_mut().insert(user);
        }
        *request.uri_mut() = Uri::from_static(rpc.path());
        let is_strangers_stream = rpc.is_stream() && !rpc.service().needs_token();
        let place = is_strangers_stream.then(|| self.streams.enter()).transpose()?;
        let longest = self.deadline(timeout);
        let Ok(response) = match rpc.service() {
            Service::Users => self.users.clone().oneshot(self.read(request, is_rest).await?).await,
            Service::Sessions => self.sessions.clone().oneshot(self.read(request, is_rest).await?).await,
            Service::Settings => self.settings.clone().oneshot(self.read(request, is_rest).await?).await,
            Service::Policies => self.policies.clone().oneshot(self.read(request, is_rest).await?).await,
            Service::Events => self.events.clone().oneshot(self.read(request, is_rest).await?).await,
            Service::Health => self.health.clone().oneshot(self.read(request, is_rest).await?).await,
            Service::Reflection => converse(self.reflection.clone(), request, longest).await,
            Service::ReflectionV1Alpha => converse(self.reflection_v1alpha.clone(), request, longest).await,
        };
        if was_refused_by_the_codec(response.headers()) {
            return Err(message::malformed("must be a well-formed protobuf message"));
        }
        Ok(if rpc.is_stream() {
            let left = timeout.map(|timeout| timeout.saturating_sub(begun.elapsed()));
            going_on(response, left, place)
        } else {
            response
        })
    }

    /// The request with its one message read and looked over. At a path of the REST API the message may be missing.
    async fn read(&self, request: Request<Body>, may_be_missing: bool) -> Result<Request<Body>, Error> {
        let (parts, body) = request.into_parts();
        let message = message::read_single(body, self.max_request_bytes, may_be_missing).await?;
        Ok(Request::from_parts(parts, Body::new(Full::new(message))))
    }

    async fn authenticate(&self, headers: &HeaderMap, context: Option<&RequestContext>) -> Result<LiveCaller, Error> {
        let token = bearer_token(headers.get_all(AUTHORIZATION).iter().map(http::HeaderValue::as_bytes))?;
        let caller = self.authenticator.authenticate(token.clone()).await?;
        let token = token.ok_or(Error::TokenMissing)?;
        if let Some(context) = context {
            context.set_caller(caller.user_id());
        }
        let caller = caller.from_source(context.and_then(RequestContext::source));
        Ok(LiveCaller::new(caller, token, Arc::clone(&self.authenticator)))
    }
}

/// How long the client waits, if it says so, of headers that say nothing wrong.
fn check_headers(headers: &HeaderMap) -> Result<Option<Duration>, Error> {
    let timeout = requested_timeout(headers).map_err(|problem| Error::invalid(GRPC_TIMEOUT, problem))?;
    match headers.get(GRPC_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Error::Unimplemented {
            field: GRPC_ENCODING.to_owned(),
        }),
        Some(_) | None => Ok(timeout),
    }
}

/// Every status of this crate has details, and every body that reaches tonic is one message of the right length. So a
/// status without details comes from a codec that cannot read the message; tonic calls that a fault of the server.
fn was_refused_by_the_codec(headers: &HeaderMap) -> bool {
    headers.contains_key("grpc-status") && !headers.contains_key("grpc-status-details-bin")
}
