//! One port, three wires: every request goes to the wire that its content type names, or to JSON.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Once};
use std::time::Duration;

use axum::body::Body;
use futures_util::future::{BoxFuture, ready};
use http::header::{
    ACCEPT, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONNECTION, CONTENT_TYPE, ETAG, IF_MATCH, ORIGIN,
    RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, Version};
use tower::{Layer, Service, ServiceExt};
use tower_http::cors::CorsLayer;
use unlockd_application::ports::IdGenerator;
use unlockd_application::{Authenticator, Error, Readiness, RequestContext, StoreReadiness};
use unlockd_credentials::UuidV7Generator;
use unlockd_domain::Source;
use unlockd_grpc::{Grpc, GrpcOptions, GrpcServices};
use unlockd_http::{HttpOptions, HttpServices};

use crate::admission::{Admission, AdmittingAuthenticator, AdmittingReadiness};
use crate::client_address::TrustedProxies;
use crate::compose::Composition;
use crate::configuration::{Configuration, Transport};
use crate::host::check_host;
use crate::request_log::RequestLog;

/// The largest body of a request, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// How long a browser may remember what CORS allows.
const CORS_MAX_AGE: Duration = Duration::from_mins(10);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that is served, behind one function. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Dispatch(Arc<Parts>);

struct Parts {
    json: axum::Router,
    grpc: Grpc,
    cors: Option<CorsLayer>,
    trusted_proxies: TrustedProxies,
    forwarding_warning: Once,
    ids: UuidV7Generator,
}

impl Dispatch {
    /// Puts the wires on top of the use cases.
    #[must_use]
    pub(crate) fn new(composition: &Composition, configuration: &Configuration, admission: &Admission) -> Self {
        let authenticator: Arc<dyn Authenticator> = Arc::new(AdmittingAuthenticator {
            admission: admission.clone(),
            authenticator: composition.authentication.clone(),
        });
        let instance = composition.administration.instance.clone();
        let readiness: Arc<dyn Readiness> = Arc::new(AdmittingReadiness {
            admission: admission.clone(),
            // Half of the time, so that a silent database is told of within the whole.
            readiness: Arc::new(StoreReadiness::new(instance, configuration.request_timeout / 2)),
        });
        let is_on = |transport| configuration.transports.contains(&transport);
        let json = unlockd_http::router(
            HttpServices {
                users: composition.users.clone(),
                sessions: composition.sessions.clone(),
                lockout_policies: composition.lockout_policies.clone(),
                events: composition.events.clone(),
                authenticator: authenticator.clone(),
                readiness: readiness.clone(),
            },
            HttpOptions {
                json: is_on(Transport::Json),
                request_deadline: configuration.request_timeout,
                max_body_bytes: MAX_BODY_BYTES,
            },
        );
        let grpc = Grpc::new(
            GrpcServices {
                users: composition.users.clone(),
                sessions: composition.sessions.clone(),
                lockout_policies: composition.lockout_policies.clone(),
                events: composition.events.clone(),
                authenticator,
                readiness,
            },
            GrpcOptions {
                grpc: is_on(Transport::Grpc),
                grpc_web: is_on(Transport::GrpcWeb),
                request_deadline: configuration.request_timeout,
                max_request_bytes: MAX_BODY_BYTES,
            },
        );
        Self(Arc::new(Parts {
            json,
            grpc,
            cors: cors(&configuration.cors_origins),
            trusted_proxies: configuration.trusted_proxies.clone(),
            forwarding_warning: Once::new(),
            ids: UuidV7Generator,
        }))
    }

    /// Answers a request that came over a connection from `peer`, in a task of its own: a client that goes away must not stop a
    /// use case in the middle of a write. The deadline of the wires bounds it.
    ///
    /// # Errors
    /// None: every failure is an answer.
    pub(crate) async fn call(self, mut request: Request<Body>, peer: IpAddr) -> Result<Response<Body>, Infallible> {
        let context = Arc::new(self.context(&request, peer));
        request.extensions_mut().insert(context.clone());
        let log = RequestLog::begin(request.method().clone(), context.clone());
        let answering = tokio::spawn(async move {
            let response = self.answer(request).await;
            log.end(response.status());
            response
        });
        let mut response = match answering.await {
            Ok(response) => response,
            Err(error) => unlockd_http::problem_response(Error::internal(error), Some(&context)),
        };
        let headers = response.headers_mut();
        if let Some(id) = context.request_id().and_then(|id| HeaderValue::from_str(id).ok()) {
            headers.insert(REQUEST_ID, id);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Ok(response)
    }

    /// What is known of a request before any wire has looked at it.
    fn context<B>(&self, request: &Request<B>, peer: IpAddr) -> RequestContext {
        let request_id = request_id(request).unwrap_or_else(|| self.0.ids.generate());
        let source = Source::of(self.0.trusted_proxies.client_address(peer, request.headers()));
        if self.0.trusted_proxies.ignores_headers_of(peer, request.headers()) {
            self.0.forwarding_warning.call_once(|| {
                tracing::warn!(
                    peer.address = %peer.to_canonical(),
                    "Forwarded and X-Forwarded-For are ignored, since this peer is no trusted proxy; if it is your proxy, name \
                     it in --trusted-proxies; this warning is not repeated"
                );
            });
        }
        // So that who sets up proxies can see what comes of it.
        tracing::debug!(request.id = request_id, client.address = %source, "request begins");
        RequestContext::new(request_id).from_source(source)
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        if let Err(error) = check_host(&request) {
            return refuse_and_close(error, &request);
        }
        // The layer would answer any OPTIONS, also one that no browser has sent.
        let cors = self
            .0
            .cors
            .as_ref()
            .filter(|_| *request.method() != Method::OPTIONS || is_preflight(&request));
        let Ok(response) = match cors {
            Some(cors) => cors.layer(self.clone().wires()).oneshot(request).await,
            None => self.wires().call(request).await,
        };
        response
    }

    fn wires(self) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone {
        tower::service_fn(move |request: Request<Body>| {
            let Parts { json, grpc, .. } = &*self.0;
            // Whoever answers has futures of different sizes; they are on the heap, so that none is copied.
            let answer: BoxFuture<'static, Result<Response<Body>, Infallible>> = if grpc.accepts(&request) {
                let mut grpc = grpc.clone();
                Box::pin(async move { Ok(grpc.call(request).await?.map(Body::new)) })
            } else if grpc.has_rpc_at(request.uri().path()) {
                Box::pin(ready(Ok(not_an_rpc(&request))))
            } else {
                Box::pin(json.clone().call(request))
            };
            answer
        })
    }
}

/// Refuses a request whose sender and server may not agree where it ends or where it is to go.
fn refuse_and_close(error: Error, request: &Request<Body>) -> Response<Body> {
    let context = request.extensions().get::<Arc<RequestContext>>();
    let mut response = unlockd_http::problem_response(error, context.map(AsRef::as_ref));
    if request.version() < Version::HTTP_2 {
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The answer to what comes to the path of an RPC in no form of an RPC.
fn not_an_rpc(request: &Request<Body>) -> Response<Body> {
    let error = if request.method() == Method::POST {
        Error::UnsupportedMediaType {
            expected: "application/grpc or application/grpc-web",
        }
    } else {
        Error::MethodNotAllowed {
            allow: Method::POST.to_string(),
        }
    };
    let context = request.extensions().get::<Arc<RequestContext>>();
    unlockd_http::problem_response(error, context.map(AsRef::as_ref))
}

/// Whether a browser asks if a page may call (Fetch standard, "CORS-preflight request").
fn is_preflight<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The id that the request came with, if it can be quoted safely.
fn request_id<B>(request: &Request<B>) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let quotable = (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    quotable.then(|| id.to_owned())
}

fn cors(origins: &[HeaderValue]) -> Option<CorsLayer> {
    let header = HeaderName::from_static;
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(origins.to_vec())
            .allow_methods([Method::DELETE, Method::GET, Method::PATCH, Method::POST, Method::PUT])
            .allow_headers([
                ACCEPT,
                AUTHORIZATION,
                CONTENT_TYPE,
                IF_MATCH,
                REQUEST_ID,
                header("grpc-timeout"),
                header("idempotency-key"),
                header("last-event-id"),
                header("x-grpc-web"),
                header("x-user-agent"),
            ])
            .expose_headers([
                ETAG,
                header("grpc-status"),
                header("grpc-message"),
                header("grpc-status-details-bin"),
                header("idempotency-replayed"),
                REQUEST_ID,
                RETRY_AFTER,
                WWW_AUTHENTICATE,
            ])
            .max_age(CORS_MAX_AGE)
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::configuration::Settings;

    #[tokio::test]
    async fn use_cases_are_told_whom_a_trusted_proxy_speaks_for() {
        let folder = TempDir::new().unwrap();
        let settings = Settings {
            data_dir: Some(folder.path().to_owned()),
            trusted_proxies: Some(vec!["10.0.0.0/8".to_owned()]),
            ..Settings::default()
        };
        let configuration = settings.load().unwrap();
        let composition = Composition::open(&configuration).await.unwrap();
        let dispatch = Dispatch::new(&composition, &configuration, &Admission::default());
        for (peer, expected) in [([10, 0, 0, 1], "192.0.2.7"), ([198, 51, 100, 1], "198.51.100.1")] {
            let request = Request::builder()
                .header("x-forwarded-for", "192.0.2.7")
                .header(REQUEST_ID, "ticket-4711")
                .body(())
                .unwrap();
            let context = dispatch.context(&request, peer.into());
            assert_eq!(context.source().map(Source::as_str), Some(expected));
            assert_eq!(context.request_id(), Some("ticket-4711"));
        }
        composition.close().await;
    }
}
