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
        let (exchange, body) = self.send(speaker, Method::POST, "/v3alpha/users", Some(user)).await?;
        let id = body["userId"].as_str().unwrap_or_default().to_owned();
        Ok((exchange, id))
    }

    async fn send(
        &mut self,
        speaker: Speaker<'_>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(Exchange, Value), CommandError> {
        let text = body.map(ToString::to_string).unwrap_or_default();
        let request = format!("{method} {path} as {} {text}", speaker.name)
            .trim_end()
            .to_owned();
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        if let Some(token) = speaker.token {
            builder = builder.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            builder = builder.header(CONTENT_TYPE, "application/json");
        }
        let no_answer = |error: &(dyn std::error::Error + 'static)| CommandError::caused("no answer over JSON", error);
        let message = builder.body(Full::from(text)).map_err(|error| no_answer(&error))?;
        let response = self.client.request(message).await.map_err(|error| no_answer(&error))?;
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(|error| no_answer(&error))?
            .to_bytes();
        let body: Value = serde_json::from_slice(&bytes).map_err(|error| no_answer(&error))?;
        let outcome = if status.is_success() {
            success(&body)
        } else {
            refusal(&body)
        };
        Ok((
            Exchange {
                request,
                answer: format!("{status} {body}"),
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
                self.send(speaker, Method::GET, &format!("/v3alpha/users/{user_id}"), None)
                    .await
            }
            Call::Lock { user_id, reason } => {
                let body = json!({ "reason": reason });
                self.send(
                    speaker,
                    Method::POST,
                    &format!("/v3alpha/users/{user_id}/lock"),
                    Some(&body),
                )
                .await
            }
            Call::Unlock { user_id } => {
                self.send(speaker, Method::POST, &format!("/v3alpha/users/{user_id}/unlock"), None)
                    .await
            }
        }?;
        Ok(exchange)
    }
}

fn success(body: &Value) -> Outcome {
    match body.get("user") {
        Some(user) => Outcome::Found {
            state: user["state"].as_str().unwrap_or_default().to_owned(),
            lock_reason: user["lock"]["reason"].as_str().map(ToOwned::to_owned),
        },
        None => Outcome::Changed {
            sequence: body["details"]["sequence"]
                .as_str()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0),
        },
    }
}

fn refusal(body: &Value) -> Outcome {
    let code = body["code"]
        .as_i64()
        .and_then(|code| i32::try_from(code).ok())
        .unwrap_or(0);
    Outcome::refused(code, body["details"][0]["reason"].as_str().unwrap_or_default())
}
