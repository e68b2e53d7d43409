use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post};
use unlockd_application::{
    Authenticator, Error, EventService, LockoutPolicyService, Readiness, RequestContext, SessionService, UserService,
};

use crate::answer::answer;
use crate::events::{list_events, watch_events};
use crate::health::{healthz, readyz};
use crate::lockout_policies::{get_lockout_policy, reset_lockout_policy, set_lockout_policy};
use crate::openapi::openapi;
use crate::refusal::Refusal;
use crate::sessions::{create_session, delete_session, get_session, list_sessions, set_session};
use crate::settings::get_lockout_settings;
use crate::users::{
    add_username, create_user, deactivate_user, delete_user, get_user_by_id, list_users, lock_user, reactivate_user,
    remove_username, request_password_reset, set_password, unlock_user, update_user,
};

/// What the routes call.
#[derive(Clone)]
pub struct HttpServices {
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
    /// Whether requests can be served.
    pub readiness: Arc<dyn Readiness>,
}

/// How the routes behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpOptions {
    /// Whether the API is served as JSON. Without it only the health routes exist.
    pub json: bool,
    /// How long a request may take, from its head to its answer; reading its body included. A stream has begun by then, and
    /// goes on for as long as it likes.
    pub request_deadline: Duration,
    /// The largest body that is read, in bytes.
    pub max_body_bytes: usize,
}

/// What handlers and extractors share.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) users: Arc<dyn UserService>,
    pub(crate) sessions: Arc<dyn SessionService>,
    pub(crate) lockout_policies: Arc<dyn LockoutPolicyService>,
    pub(crate) events: Arc<dyn EventService>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) readiness: Arc<dyn Readiness>,
    pub(crate) max_body_bytes: usize,
}

const GET: &str = "GET, HEAD";
const POST: &str = "POST";
const DELETE: &str = "DELETE";
const POLICY: &str = "GET, HEAD, PUT, DELETE";

const USER: &str = "/v3alpha/users/{user_id}";
const USERS_SEARCH: &str = "/v3alpha/users/search";

const SESSION: &str = "/v2/sessions/{session_id}";
const SESSIONS_SEARCH: &str = "/v2/sessions/search";

/// The parts of paths that stand for something.
const PARAMETERS: [&str; 4] = ["{user_id}", "{username_id}", "{session_id}", "{organization_id}"];

/// All routes, with the answer to whatever none of them serves.
///
/// An `Arc<RequestContext>` in a request's extensions is filled in with operation, caller and error.
pub fn router(services: HttpServices, options: HttpOptions) -> Router {
    let mut routes = Router::new()
        .merge(resource("/healthz", GET, get(healthz)))
        .merge(resource("/readyz", GET, get(readyz)));
    if options.json {
        routes = routes
            .merge(users())
            .merge(sessions())
            .merge(lockout_policies())
            .merge(resource("/v1/events", GET, get(list_events)))
            .merge(resource("/v1/events:watch", GET, get(watch_events)))
            .merge(resource("/openapi.json", GET, get(openapi)));
    }
    routes
        .fallback(async || Refusal::from(Error::RouteNotFound))
        .layer(from_fn_with_state(options.request_deadline, answer))
        .with_state(Api {
            users: services.users,
            sessions: services.sessions,
            lockout_policies: services.lockout_policies,
            events: services.events,
            authenticator: services.authenticator,
            readiness: services.readiness,
            max_body_bytes: options.max_body_bytes,
        })
}

fn users() -> Router<Api> {
    let user = || get(get_user_by_id).put(update_user).delete(delete_user);
    let searching = named(USER, user()).merge(named(USERS_SEARCH, post(list_users)));
    Router::new()
        .merge(resource("/v3alpha/users", POST, post(create_user)))
        .merge(resource(USER, "GET, HEAD, PUT, DELETE", user()))
        // Also the path of the user whose id is `search`: no user takes a `POST`.
        .route(
            USERS_SEARCH,
            only(USERS_SEARCH, "GET, HEAD, PUT, DELETE, POST", searching),
        )
        .merge(resource(
            "/v3alpha/users/{user_id}/deactivate",
            POST,
            post(deactivate_user),
        ))
        .merge(resource(
            "/v3alpha/users/{user_id}/reactivate",
            POST,
            post(reactivate_user),
        ))
        .merge(resource("/v3alpha/users/{user_id}/lock", POST, post(lock_user)))
        .merge(resource("/v3alpha/users/{user_id}/unlock", POST, post(unlock_user)))
        .merge(resource("/v3alpha/users/{user_id}/username", POST, post(add_username)))
        .merge(resource(
            "/v3alpha/users/{user_id}/username/{username_id}",
            DELETE,
            delete(remove_username),
        ))
        .merge(resource("/v3alpha/users/{user_id}/password", POST, post(set_password)))
        .merge(resource("/v2beta/users/{user_id}/password", POST, post(set_password)))
        .merge(resource(
            "/v3alpha/users/{user_id}/password/reset",
            POST,
            post(request_password_reset),
        ))
        .merge(resource(
            "/v2beta/users/{user_id}/password/reset",
            POST,
            post(request_password_reset),
        ))
}

fn sessions() -> Router<Api> {
    let session = || get(get_session).patch(set_session).delete(delete_session);
    let searching = named(SESSION, session()).merge(named(SESSIONS_SEARCH, post(list_sessions)));
    Router::new()
        .merge(resource("/v2/sessions", POST, post(create_session)))
        .merge(resource(SESSION, "GET, HEAD, PATCH, DELETE", session()))
        // Also the path of a session whose id would be `search`.
        .route(
            SESSIONS_SEARCH,
            only(SESSIONS_SEARCH, "GET, HEAD, PATCH, DELETE, POST", searching),
        )
}

fn lockout_policies() -> Router<Api> {
    let policy = || {
        get(get_lockout_policy)
            .put(set_lockout_policy)
            .delete(reset_lockout_policy)
    };
    Router::new()
        .merge(resource("/v1/lockout-policy", POLICY, policy()))
        .merge(resource(
            "/v1/organizations/{organization_id}/lockout-policy",
            POLICY,
            policy(),
        ))
        .merge(resource("/v2/settings/lockout", GET, get(get_lockout_settings)))
}

/// The methods of one path, and the answer to all others.
fn resource(template: &'static str, allow: &'static str, methods: MethodRouter<Api>) -> Router<Api> {
    let methods = only(template, allow, named(template, methods));
    // A parameter matches no empty segment, and an empty id is a request that is not well formed, not another path.
    let mut paths = vec![template.to_owned()];
    for parameter in PARAMETERS {
        let with_parameter = paths.iter().filter(|path| path.contains(parameter));
        let without: Vec<_> = with_parameter.map(|path| path.replace(parameter, "")).collect();
        paths.extend(without);
    }
    let routes = paths.iter().map(|path| Router::new().route(path, methods.clone()));
    routes.fold(Router::new(), Router::merge)
}

/// The methods, with their operation for the log.
fn named(template: &'static str, methods: MethodRouter<Api>) -> MethodRouter<Api> {
    methods.layer(from_fn_with_state(template, name_operation))
}

/// The methods, and the answer to all others.
fn only(template: &'static str, allow: &'static str, methods: MethodRouter<Api>) -> MethodRouter<Api> {
    let refuse = async move || {
        Refusal::from(Error::MethodNotAllowed {
            allow: allow.to_owned(),
        })
    };
    methods.fallback(refuse.layer(from_fn_with_state(template, name_operation)))
}

async fn name_operation(State(template): State<&'static str>, request: Request, next: Next) -> Response {
    if let Some(context) = request.extensions().get::<Arc<RequestContext>>() {
        context.set_operation(&format!("{} {template}", request.method()));
    }
    next.run(request).await
}
