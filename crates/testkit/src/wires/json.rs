//! JSON over HTTP.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request as HttpRequest, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use tower::{Service, ServiceExt};

use crate::scenarios::{
    Answer, CreateUserRequest, Details, Failure, Lock, PasswordRequest, Request, User, Username, Wire,
};

/// A client of JSON over HTTP: over a socket, or on a service of this process.
pub struct JsonWire<S> {
    service: S,
    origin: String,
}

struct Reply {
    status: u16,
    body: Value,
}

impl<S> JsonWire<S> {
    /// A client that sends its requests here. The origin, such as `http://127.0.0.1:8080`, may be empty for a service of
    /// this process.
    pub fn new(service: S, origin: impl Into<String>) -> Self {
        Self {
            service,
            origin: origin.into(),
        }
    }
}

#[async_trait]
impl<S, B> Wire for JsonWire<S>
where
    S: Service<HttpRequest<Full<Bytes>>, Response = Response<B>, Error: Debug, Future: Send> + Clone + Send + Sync,
    B: Body<Data = Bytes, Error: Debug> + Send,
{
    async fn call(&self, token: Option<&str>, request: &Request) -> Result<Answer, Failure> {
        let (method, path, body) = match request {
            Request::CreateUser(request) => (Method::POST, "/v3alpha/users".to_owned(), Some(new_user(request))),
            Request::GetUserById { user_id } => (Method::GET, user_path(user_id, ""), None),
            Request::LockUser {
                user_id,
                reason,
                locked_until,
            } => {
                let body = given([("reason", reason.as_ref()), ("lockedUntil", locked_until.as_ref())]);
                (Method::POST, user_path(user_id, "/lock"), body)
            }
            Request::UnlockUser { user_id, reason } => {
                let body = given([("reason", reason.as_ref())]);
                (Method::POST, user_path(user_id, "/unlock"), body)
            }
        };
        let uri = format!("{}{path}", self.origin);
        let Reply { status, body } = self.send(http_request(method, &uri, token, body)).await;
        if status >= 300 {
            return Err(failure(&body));
        }
        assert_eq!(status, if path == "/v3alpha/users" { 201 } else { 200 }, "{body}");
        Ok(match request {
            Request::CreateUser(_) => Answer::Created {
                user_id: text(&body["userId"]),
                details: details(&body["details"]),
            },
            Request::GetUserById { .. } => Answer::User(user(&body["user"])),
            Request::LockUser { .. } | Request::UnlockUser { .. } => Answer::Changed(details(&body["details"])),
        })
    }
}

impl<S> JsonWire<S> {
    async fn send<B>(&self, request: HttpRequest<Full<Bytes>>) -> Reply
    where
        S: Service<HttpRequest<Full<Bytes>>, Response = Response<B>, Error: Debug> + Clone,
        B: Body<Data = Bytes, Error: Debug>,
    {
        let response = self.service.clone().oneshot(request).await.expect("there is an answer");
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .expect("the answer is whole")
            .to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("not JSON: {}", body.escape_ascii()));
        Reply { status, body }
    }
}

fn http_request(method: Method, uri: &str, token: Option<&str>, body: Option<String>) -> HttpRequest<Full<Bytes>> {
    let mut request = HttpRequest::builder().method(method).uri(uri);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    match body {
        Some(body) => request.header(CONTENT_TYPE, "application/json").body(Full::from(body)),
        None => request.body(Full::default()),
    }
    .unwrap()
}

fn user_path(user_id: &str, operation: &str) -> String {
    let user_id = utf8_percent_encode(user_id, NON_ALPHANUMERIC);
    format!("/v3alpha/users/{user_id}{operation}")
}

/// A body of the fields that are given; none without any.
fn given<const N: usize>(fields: [(&str, Option<&String>); N]) -> Option<String> {
    let fields: Map<_, _> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
        .collect();
    (!fields.is_empty()).then(|| Value::Object(fields).to_string())
}

fn new_user(request: &CreateUserRequest) -> String {
    let mut body = json!({});
    if let Some(user_id) = &request.user_id {
        body["userId"] = json!(user_id);
    }
    if let Some(organization_id) = &request.organization_id {
        body["organization"] = json!({"orgId": organization_id});
    }
    for (username, specific) in &request.usernames {
        let username = json!({"username": username, "isOrganizationSpecific": specific});
        let usernames = &mut body["authenticators"]["usernames"];
        *usernames = json!([usernames.as_array().cloned().unwrap_or_default(), vec![username]].concat());
    }
    match &request.password {
        Some(PasswordRequest::Plain {
            password,
            change_required,
        }) => body["authenticators"]["password"] = json!({"password": password, "changeRequired": change_required}),
        Some(PasswordRequest::Hash { hash, change_required }) => {
            body["authenticators"]["password"] = json!({"hash": hash, "changeRequired": change_required});
        }
        None => {}
    }
    if let Some(data) = &request.data {
        body["data"] = serde_json::from_str(data).unwrap();
    }
    if let Some(schema_id) = &request.schema_id {
        body["schemaId"] = json!(schema_id);
    }
    if let Some(address) = &request.contact_email {
        body["contact"] = json!({"email": {"address": address}});
    }
    body.to_string()
}

fn failure(body: &Value) -> Failure {
    let info = detail(body, "ErrorInfo").expect("every problem has an ErrorInfo");
    let violations = detail(body, "BadRequest").and_then(|detail| detail["fieldViolations"].as_array().cloned());
    let delay = detail(body, "RetryInfo").map(|detail| text(&detail["retryDelay"]));
    Failure {
        code: i32::try_from(body["code"].as_i64().unwrap()).unwrap(),
        reason: text(&info["reason"]),
        domain: text(&info["domain"]),
        message: text(&body["message"]),
        metadata: info["metadata"].as_object().map_or_else(BTreeMap::new, |metadata| {
            metadata.iter().map(|(key, value)| (key.clone(), text(value))).collect()
        }),
        field_violations: violations
            .unwrap_or_default()
            .iter()
            .map(|violation| (text(&violation["field"]), text(&violation["description"])))
            .collect(),
        retry_after: delay.map(|delay| Duration::from_secs(delay.strip_suffix('s').unwrap().parse().unwrap())),
    }
}

fn detail<'a>(body: &'a Value, kind: &str) -> Option<&'a Value> {
    let kind = format!("type.googleapis.com/google.rpc.{kind}");
    body["details"]
        .as_array()
        .unwrap()
        .iter()
        .find(|detail| detail["@type"] == kind)
}

fn details(value: &Value) -> Details {
    Details {
        sequence: text(&value["sequence"]).parse().unwrap(),
        change_date: text(&value["changeDate"]),
        resource_owner: text(&value["resourceOwner"]),
    }
}

fn user(value: &Value) -> User {
    let usernames = value["authenticators"]["usernames"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    User {
        user_id: text(&value["userId"]),
        details: details(&value["details"]),
        state: text(&value["state"]),
        usernames: usernames.iter().map(username).collect(),
        password_last_changed: optional_text(&value["authenticators"]["password"]["lastChanged"]),
        data: value.get("data").cloned(),
        lock: value.get("lock").map(lock),
        failed_password_attempts: value
            .get("failedPasswordAttempts")
            .map_or(0, |count| u32::try_from(count.as_u64().unwrap()).unwrap()),
    }
}

fn username(value: &Value) -> Username {
    Username {
        username_id: text(&value["usernameId"]),
        username: text(&value["username"]),
        is_organization_specific: value
            .get("isOrganizationSpecific")
            .is_some_and(|specific| specific.as_bool().unwrap()),
    }
}

fn lock(value: &Value) -> Lock {
    Lock {
        since: text(&value["since"]),
        cause: text(&value["cause"]),
        locked_by: optional_text(&value["lockedBy"]),
        reason: optional_text(&value["reason"]),
        until: optional_text(&value["until"]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn optional_text(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| text(value))
}
