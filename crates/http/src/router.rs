use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use unlockd_application::{Authenticator, Error, Readiness, RequestContext, UserService};

use crate::answer::answer;
use crate::health::{healthz, readyz};
use crate::openapi::openapi;
use crate::refusal::Refusal;
use crate::users::{create_user, get_user_by_id, lock_user, unlock_user};

/// What the routes call.
#[derive(Clone)]
pub struct HttpServices {
    /// The use cases about users.
    pub users: Arc<dyn UserService>,
    /// Who is calling.
    pub authenticator: Arc<dyn Authenticator>,
    /// Whether requests can be served.
    pub readiness: Arc<dyn Readiness>,
}

/// How the routes behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpOptions {
    /// Whether the API is served as JSON. Without it only the health routes exist.
    pub json: bool,
    /// How long a request may take, from its head to its answer; reading its body included.
    pub request_deadline: Duration,
    /// The largest body that is read, in bytes.
    pub max_body_bytes: usize,
}

/// What handlers and extractors share.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) users: Arc<dyn UserService>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) readiness: Arc<dyn Readiness>,
    pub(crate) max_body_bytes: usize,
}

const GET: &str = "GET, HEAD";
const POST: &str = "POST";

/// All routes, with the answer to whatever none of them serves.
///
/// An `Arc<RequestContext>` in a request's extensions is filled in with operation, caller and error.
pub fn router(services: HttpServices, options: HttpOptions) -> Router {
    let mut routes = Router::new()
        .merge(resource("/healthz", GET, get(healthz)))
        .merge(resource("/readyz", GET, get(readyz)));
    if options.json {
        routes = routes
            .merge(resource("/v3alpha/users", POST, post(create_user)))
            .merge(resource("/v3alpha/users/{user_id}", GET, get(get_user_by_id)))
            .merge(resource("/v3alpha/users/{user_id}/lock", POST, post(lock_user)))
            .merge(resource("/v3alpha/users/{user_id}/unlock", POST, post(unlock_user)))
            .merge(resource("/openapi.json", GET, get(openapi)));
    }
    routes
        .fallback(async || Refusal::from(Error::RouteNotFound))
        .layer(from_fn_with_state(options.request_deadline, answer))
        .with_state(Api {
            users: services.users,
            authenticator: services.authenticator,
            readiness: services.readiness,
            max_body_bytes: options.max_body_bytes,
        })
}

/// The methods of one path, and the answer to all others.
fn resource(template: &'static str, allow: &'static str, methods: MethodRouter<Api>) -> Router<Api> {
    let methods = methods
        .fallback(async move || {
            Refusal::from(Error::MethodNotAllowed {
                allow: allow.to_owned(),
            })
        })
        .layer(from_fn_with_state(template, name_operation));
    let resource = Router::new().route(template, methods.clone());
    // A parameter matches no empty segment, and an empty id is a request that is not well formed, not another path.
    let without_id = template.replace("{user_id}", "");
    if without_id == template {
        resource
    } else {
        resource.route(&without_id, methods)
    }
}

async fn name_operation(State(template): State<&'static str>, request: Request, next: Next) -> Response {
    if let Some(context) = request.extensions().get::<Arc<RequestContext>>() {
        context.set_operation(&format!("{} {template}", request.method()));
    }
    next.run(request).await
}
