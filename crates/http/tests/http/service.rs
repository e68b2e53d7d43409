//! The service under test, and how to talk to it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use unlockd_application::administration::Administration;
use unlockd_application::ports::SecretToken;
use unlockd_application::{Readiness, RequestContext};
use unlockd_domain::{Grant, GrantScope, Role, Source};
use unlockd_http::{HttpOptions, HttpServices, openapi_json, router};
use unlockd_testkit::{FixedClock, MemoryStore, Services, fixtures};

/// The token of the instance's owner.
pub(crate) const ADMIN: &str = "unlockd_pat_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// The password of eva.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Where requests come from.
pub(crate) const SOURCE: &str = "203.0.113.7";

/// When everything begins.
pub(crate) const NOW: &str = "2024-06-25T13:35:39.148123Z";

pub(crate) const OPTIONS: HttpOptions = HttpOptions {
    json: true,
    request_deadline: Duration::from_secs(10),
    max_body_bytes: 64 * 1024,
};

/// unlockd with the organization `default` and a user who may do everything.
pub(crate) struct Service {
    pub(crate) router: Router,
    pub(crate) store: MemoryStore,
    pub(crate) clock: FixedClock,
    administration: Administration,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) fn routes(services: &Services, readiness: Arc<dyn Readiness>, options: HttpOptions) -> Router {
    let services = HttpServices {
        users: Arc::new(services.users.clone()),
        sessions: Arc::new(services.sessions.clone()),
        lockout_policies: Arc::new(services.lockout_policies.clone()),
        events: Arc::new(services.events.clone()),
        authenticator: services.authentication.clone(),
        readiness,
    };
    router(services, options)
}

impl Service {
    pub(crate) async fn new() -> Self {
        Self::with_options(OPTIONS).await
    }

    pub(crate) async fn with_options(options: HttpOptions) -> Self {
        let (services, clock, store) = Services::in_memory();
        let token = Some(SecretToken::new(ADMIN));
        let prepared = services.administration.prepare_bootstrap(token).unwrap();
        assert!(services.administration.bootstrap(&prepared).await.unwrap());
        let router = routes(&services, Arc::new(services.clone()), options);
        Self {
            router,
            store,
            clock,
            administration: services.administration,
        }
    }

    /// A service with these users, created and active.
    pub(crate) async fn with_users(user_ids: &[&str]) -> Self {
        let service = Self::new().await;
        for user_id in user_ids {
            let body = json!({"userId": user_id, "organization": {"orgId": "default"}});
            assert_eq!(service.post("/v3alpha/users", &body.to_string()).await.status, 201);
        }
        service
    }

    /// A token of this user, who gets the role on the instance.
    pub(crate) async fn token(&self, user_id: &str, role: Role) -> String {
        let user_id = fixtures::user_id(user_id);
        let grant = Grant::new(role, GrantScope::Instance).unwrap();
        self.administration.add_grant(&user_id, &grant).await.unwrap();
        let issued = self.administration.create_token(user_id, None, None).await.unwrap();
        issued.secret.expose().to_owned()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let reply = send(&self.router, request).await;
        assert_documented(&method, &path, reply.status);
        reply
    }

    /// A service in which eva signs in as `eva@example.com`, with [`PASSWORD`].
    pub(crate) async fn with_password() -> Self {
        let service = Self::new().await;
        let body = json!({
            "userId": "eva",
            "organization": {"orgId": "default"},
            "authenticators": {"usernames": [{"username": "eva@example.com"}], "password": {"password": PASSWORD}},
        });
        assert_eq!(service.post("/v3alpha/users", &body.to_string()).await.status, 201);
        service
    }

    /// As the owner, from [`SOURCE`].
    pub(crate) async fn call_from_source(&self, method: Method, path: &str, body: &Value) -> Reply {
        let context = RequestContext::new("request-7".to_owned()).from_source(Source::of(SOURCE.parse().unwrap()));
        let request = as_admin(method, path)
            .header(CONTENT_TYPE, "application/json")
            .extension(Arc::new(context));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// As the owner, with these headers, and with a JSON body unless the text is empty.
    pub(crate) async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = as_admin(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// As the owner, with a JSON body unless the text is empty.
    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        self.call(Method::POST, path, &[], body).await
    }

    /// As the owner.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, &[], "").await
    }
}

/// Of an operation that is described, the description lists the status of every answer that any test gets.
#[track_caller]
fn assert_documented(method: &Method, path: &str, status: u16) {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&openapi_json()).unwrap());
    let segments: Vec<_> = path.split('/').collect();
    let is_at = |template: &str| {
        let template: Vec<_> = template.split('/').collect();
        template.len() == segments.len()
            && std::iter::zip(&template, &segments)
                .all(|(wanted, segment)| wanted == segment || wanted.starts_with('{'))
    };
    let method = method.as_str().to_lowercase();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let mut operations = paths
        .iter()
        .filter(|(template, _)| is_at(template))
        .filter_map(|(_, item)| item.get(&method));
    if let Some(operation) = operations.next() {
        let statuses = operation["responses"].as_object().unwrap();
        assert!(
            statuses.contains_key(&status.to_string()),
            "{method} {path} answers {status}"
        );
    }
}

pub(crate) fn as_admin(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(AUTHORIZATION, format!("Bearer {ADMIN}"))
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The answer is this problem, in the one shape that all problems have.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, body: &Value) {
        assert_eq!((self.status, &self.json()), (status, body));
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
    }

    /// The answer is 400 with these violations: fields and descriptions.
    #[track_caller]
    pub(crate) fn assert_invalid(&self, violations: &[(&str, &str)]) {
        let listed: Vec<_> = violations
            .iter()
            .map(|(field, text)| format!("{field} {text}"))
            .collect();
        let violations: Vec<_> = violations
            .iter()
            .map(|(field, text)| json!({"field": field, "description": text}))
            .collect();
        let mut body = problem(3, &format!("{}.", listed.join("; ")), "INVALID_ARGUMENT", &json!({}));
        body["details"].as_array_mut().unwrap().push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations,
        }));
        self.assert_problem(400, &body);
    }
}

/// The body of a problem.
pub(crate) fn problem(code: i32, message: &str, reason: &str, metadata: &Value) -> Value {
    let mut info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "unlockd",
    });
    if *metadata != json!({}) {
        info["metadata"] = metadata.clone();
    }
    json!({"code": code, "message": message, "details": [info]})
}
