use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Version};
use tonic::body::Body;
use tonic_health::pb::health_server::HealthServer;
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceExt, service_fn};
use unlockd_application::ports::BoxError;
use unlockd_application::{
    Authenticator, Error, EventService, LockoutPolicyService, Readiness, RequestContext, SessionService, UserService,
};
use unlockd_proto::unlockd::event::v1::event_service_server::EventServiceServer;
use unlockd_proto::unlockd::policy::v1::lockout_policy_service_server::LockoutPolicyServiceServer;
use unlockd_proto::zitadel::session::v2::session_service_server::SessionServiceServer;
use unlockd_proto::zitadel::settings::v2::settings_service_server::SettingsServiceServer;
use unlockd_proto::zitadel::user::v3alpha::user_service_server::UserServiceServer;

use crate::events::EventRpcs;
use crate::exchange::Exchange;
use crate::health::ReadinessHealth;
use crate::media_type::MediaType;
use crate::policies::PolicyRpcs;
use crate::rpc::Rpc;
use crate::sessions::SessionRpcs;
use crate::settings::SettingsRpcs;
use crate::streams::Streams;
use crate::users::UserRpcs;
use crate::{reflection, status};

/// What the RPCs call.
pub struct GrpcServices {
    /// The use cases about users.
    pub users: Arc<dyn UserService>,
    /// The use cases about sessions.
    pub sessions: Arc<dyn SessionService>,
    /// The use cases about lockout policies.
    pub lockout_policies: Arc<dyn LockoutPolicyService>,
    /// The use cases about events.
    pub events: Arc<dyn EventService>,
    /// Who is calling.
    pub authenticator: Arc<dyn Authenticator>,
    /// What health is answered from. Every watcher has it checked every two seconds, so a check must be cheap, like that
    /// of [`unlockd_application::StoreReadiness`].
    pub readiness: Arc<dyn Readiness>,
}

/// What is served, and within which limits.
#[derive(Debug, Clone, Copy)]
pub struct GrpcOptions {
    /// Whether gRPC is served.
    pub grpc: bool,
    /// Whether gRPC-Web is served.
    pub grpc_web: bool,
    /// The longest time for one request; a shorter `grpc-timeout` goes before it. Reflection ends with it. Watching health or
    /// events, once begun, goes on, until a `grpc-timeout` ends it if there is one.
    pub request_deadline: Duration,
    /// The largest message of a request, in bytes.
    pub max_request_bytes: usize,
}

/// gRPC and gRPC-Web as a tower service, for hyper's and axum's requests. Cheap to clone.
///
/// It answers with gRPC statuses only, also over HTTP/1.1. There `application/grpc` is refused, in the headers, with HTTP
/// status 415: HTTP/1.1 brings no trailers to gRPC's clients. gRPC-Web is served over HTTP/1.1 and HTTP/2.
#[derive(Clone)]
pub struct Grpc {
    exchange: Arc<Exchange>,
    options: GrpcOptions,
}

impl Grpc {
    /// Puts the RPCs on top of the use cases.
    #[must_use]
    pub fn new(services: GrpcServices, options: GrpcOptions) -> Self {
        let health = ReadinessHealth {
            readiness: services.readiness,
            patience: options.request_deadline / 2,
        };
        let exchange = Exchange {
            authenticator: services.authenticator,
            users: UserServiceServer::new(UserRpcs::new(services.users))
                .max_decoding_message_size(options.max_request_bytes),
            sessions: SessionServiceServer::new(SessionRpcs::new(services.sessions))
                .max_decoding_message_size(options.max_request_bytes),
            settings: SettingsServiceServer::new(SettingsRpcs::new(Arc::clone(&services.lockout_policies)))
                .max_decoding_message_size(options.max_request_bytes),
            policies: LockoutPolicyServiceServer::new(PolicyRpcs::new(services.lockout_policies))
                .max_decoding_message_size(options.max_request_bytes),
            events: EventServiceServer::new(EventRpcs::new(services.events))
                .max_decoding_message_size(options.max_request_bytes),
            health: HealthServer::new(health).max_decoding_message_size(options.max_request_bytes),
            reflection: reflection::v1(options.max_request_bytes),
            reflection_v1alpha: reflection::v1alpha(options.max_request_bytes),
            streams: Streams::new(),
            request_deadline: options.request_deadline,
            max_request_bytes: options.max_request_bytes,
        };
        Self {
            exchange: Arc::new(exchange),
            options,
        }
    }

    /// Whether the request is one for this service: a POST, to any path, whose content type is `application/grpc[+proto]`
    /// or `application/grpc-web[-text][+proto]`, in any case and with any parameters, if that wire is on.
    #[must_use]
    pub fn accepts<B>(&self, request: &Request<B>) -> bool {
        request.method() == Method::POST
            && match MediaType::of(request.headers()) {
                Some(MediaType::Grpc) => self.options.grpc,
                Some(MediaType::GrpcWeb | MediaType::GrpcWebText) => self.options.grpc_web,
                None => false,
            }
    }

    /// Whether there is an RPC at this path, for the wires that are on. What comes to it and is not accepted has the wrong
    /// method or content type.
    #[must_use]
    pub fn has_rpc_at(&self, path: &str) -> bool {
        (self.options.grpc || self.options.grpc_web) && Rpc::at(path).is_some()
    }

    async fn serve(self, mut request: Request<Body>) -> Response<Body> {
        let media_type = MediaType::of(request.headers()).filter(|_| self.accepts(&request));
        match media_type {
            None => refuse_media_type(&request, "one of those that gRPC and gRPC-Web have"),
            Some(MediaType::Grpc) if request.version() < Version::HTTP_2 => refuse_media_type(
                &request,
                "application/grpc-web over HTTP/1.1; application/grpc needs HTTP/2",
            ),
            Some(MediaType::Grpc) => self.exchange.answer(request).await,
            Some(web @ (MediaType::GrpcWeb | MediaType::GrpcWebText)) => {
                web.normalise(request.headers_mut());
                let calls = service_fn(|request| {
                    let exchange = self.exchange.clone();
                    async move { Ok::<_, Infallible>(exchange.answer(request).await) }
                });
                let Ok(response) = GrpcWebLayer::new().layer(calls).oneshot(request).await;
                response
            }
        }
    }
}

impl<B> Service<Request<B>> for Grpc
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answer = self.clone().serve(request.map(Body::new));
        Box::pin(async { Ok(answer.await) })
    }
}

fn refuse_media_type(request: &Request<Body>, expected: &'static str) -> Response<Body> {
    let context = request.extensions().get::<Arc<RequestContext>>();
    let refusal = status::refuse(&Error::UnsupportedMediaType { expected }, context.map(Arc::as_ref));
    let mut response = refusal.into_http();
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
}
