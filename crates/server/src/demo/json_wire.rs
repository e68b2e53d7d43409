use std::net::SocketAddr;

use async_trait::async_trait;
use axum::body::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use super::wire::{Call, Exchange, Outcome, Speaker, Wire};
use crate::CommandError;

/// A plain HTTP client.
pub(super) struct JsonWire {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
}

impl JsonWire {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            address,
        }
    }

    /// Creates a user, and gives back the exchange and the new user's id.
    pub(super) async fn create(
        &mut self,
        speaker: Speaker<'_>,
        user: &Value,
    ) -> Result<(Exchange, String), CommandError> {
        let (exchange, body) = self
            .send(speaker, Method::POST, "/v3alpha/users", &[], Some(user))
            .await?;
        let id = body["userId"].as_str().unwrap_or_default().to_owned();
        Ok((exchange, id))
    }

    /// Unlocks under a key, so that it is done once.
    pub(super) async fn unlock_once(
        &mut self,
        speaker: Speaker<'_>,
        user_id: &str,
        key: &str,
    ) -> Result<Exchange, CommandError> {
        let path = format!("/v3alpha/users/{user_id}/unlock");
        let headers = [("Idempotency-Key", key)];
        Ok(self.send(speaker, Method::POST, &path, &headers, None).await?.0)
    }

    /// Sets a password, which is not shown.
    pub(super) async fn set_password(
        &mut self,
        speaker: Speaker<'_>,
        user_id: &str,
        password: &str,
    ) -> Result<Exchange, CommandError> {
        let path = format!("/v3alpha/users/{user_id}/password");
        let body = json!({ "newPassword": { "password": password } });
        Ok(self.send(speaker, Method::POST, &path, &[], Some(&body)).await?.0)
    }

    /// Sets what locks the users of an organization.
    pub(super) async fn set_lockout_policy(
        &mut self,
        speaker: Speaker<'_>,
        organization_id: &str,
        policy: &Value,
    ) -> Result<Exchange, CommandError> {
        let path = format!("/v1/organizations/{organization_id}/lockout-policy");
        Ok(self.send(speaker, Method::PUT, &path, &[], Some(policy)).await?.0)
    }

    /// Signs somebody in, and gives back the exchange and the token of the session, if there is one.
    pub(super) async fn sign_in(
        &mut self,
        speaker: Speaker<'_>,
        login_name: &str,
        password: &str,
    ) -> Result<(Exchange, Option<String>), CommandError> {
        let body = json!({ "checks": { "user": { "loginName": login_name }, "password": { "password": password } } });
        let (exchange, body) = self
            .send(speaker, Method::POST, "/v2/sessions", &[], Some(&body))
            .await?;
        Ok((exchange, body["sessionToken"].as_str().map(ToOwned::to_owned)))
    }

    /// Reads what has happened to a user, the newest first.
    pub(super) async fn history(
        &mut self,
        speaker: Speaker<'_>,
        user_id: &str,
        number: usize,
    ) -> Result<Exchange, CommandError> {
        let path = format!("/v1/events?userId={user_id}&order=backward&pageSize={number}");
        Ok(self.send(speaker, Method::GET, &path, &[], None).await?.0)
    }

    async fn send(
        &mut self,
        speaker: Speaker<'_>,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<(Exchange, Value), CommandError> {
        let text = body.map(ToString::to_string).unwrap_or_default();
        let shown_body = body
            .map(without_secrets)
            .map(|body| body.to_string())
            .unwrap_or_default();
        let shown: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("({name}: {value}) "))
            .collect();
        let shown = shown.concat();
        let request = format!("{method} {path} as {} {shown}{shown_body}", speaker.name)
            .trim_end()
            .to_owned();
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        if let Some(token) = speaker.token {
            builder = builder.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        if body.is_some() {
            builder = builder.header(CONTENT_TYPE, "application/json");
        }
        let no_answer = |error: &(dyn std::error::Error + 'static)| CommandError::caused("no answer over JSON", error);
        let message = builder.body(Full::from(text)).map_err(|error| no_answer(&error))?;
        let response = self.client.request(message).await.map_err(|error| no_answer(&error))?;
        let status = response.status();
        let is_replayed = response.headers().contains_key("idempotency-replayed");
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(|error| no_answer(&error))?
            .to_bytes();
        let body: Value = serde_json::from_slice(&bytes).map_err(|error| no_answer(&error))?;
        let outcome = if status.is_success() {
            success(&body, is_replayed)
        } else {
            refusal(&body)
        };
        Ok((
            Exchange {
                request,
                answer: format!("{status} {}", without_secrets(&body)),
                outcome,
            },
            body,
        ))
    }
}

#[async_trait]
impl Wire for JsonWire {
    fn name(&self) -> &'static str {
        "JSON over HTTP"
    }

    async fn call(&mut self, speaker: Speaker<'_>, call: Call<'_>) -> Result<Exchange, CommandError> {
        let (exchange, _) = match call {
            Call::Get { user_id } => {
                self.send(speaker, Method::GET, &format!("/v3alpha/users/{user_id}"), &[], None)
                    .await
            }
            Call::Lock { user_id, reason } => {
                let body = json!({ "reason": reason });
                self.send(
                    speaker,
                    Method::POST,
                    &format!("/v3alpha/users/{user_id}/lock"),
                    &[],
                    Some(&body),
                )
                .await
            }
            Call::Unlock { user_id } => {
                self.send(
                    speaker,
                    Method::POST,
                    &format!("/v3alpha/users/{user_id}/unlock"),
                    &[],
                    None,
                )
                .await
            }
        }?;
        Ok(exchange)
    }
}

fn success(body: &Value, is_replayed: bool) -> Outcome {
    if let Some(user) = body.get("user") {
        return Outcome::Found {
            state: text(&user["state"]),
            lock_reason: user["lock"]["reason"].as_str().map(ToOwned::to_owned),
        };
    }
    if body.get("sessionToken").is_some() {
        return Outcome::SignedIn;
    }
    if let Some(events) = body["events"].as_array() {
        return Outcome::Happened {
            kinds: events.iter().map(|event| text(&event["kind"])).collect(),
        };
    }
    let sequence = text(&body["details"]["sequence"]).parse().unwrap_or(0);
    if is_replayed {
        Outcome::Replayed { sequence }
    } else {
        Outcome::Changed { sequence }
    }
}

/// The same, as it can be shown to whoever looks on.
fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let shown = fields.iter().map(|(name, value)| match name.as_str() {
                "password" | "sessionToken" if value.is_string() => (name.clone(), json!("...")),
                _ => (name.clone(), without_secrets(value)),
            });
            Value::Object(shown.collect())
        }
        Value::Array(values) => values.iter().map(without_secrets).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn refusal(body: &Value) -> Outcome {
    let code = body["code"]
        .as_i64()
        .and_then(|code| i32::try_from(code).ok())
        .unwrap_or(0);
    Outcome::refused(code, body["details"][0]["reason"].as_str().unwrap_or_default())
}
