//! JSON over HTTP.

mod event_stream;
mod incoming;
mod outgoing;
mod policies;
mod search_query;
mod sessions;

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use http::{HeaderMap, Request as HttpRequest, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower::{Service, ServiceExt};

use self::event_stream::EventStream;
use self::outgoing::Outgoing;
use crate::scenarios::{Answer, Failure, Operation, Reply, Request, Safeguards, Watch, WatchEventsRequest, Wire};

/// A client of JSON over HTTP: over a socket, or on a service of this process.
pub struct JsonWire<S> {
    service: S,
    origin: String,
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

    async fn send<B>(&self, token: Option<&str>, request: &Request, safeguards: &Safeguards) -> Response<B>
    where
        S: Service<HttpRequest<Full<Bytes>>, Response = Response<B>, Error: Debug> + Clone,
    {
        let request = self.http_request(token, request, safeguards);
        self.service.clone().oneshot(request).await.expect("there is an answer")
    }

    fn http_request(
        &self,
        token: Option<&str>,
        request: &Request,
        safeguards: &Safeguards,
    ) -> HttpRequest<Full<Bytes>> {
        let (method, _) = request.operation().route();
        let Outgoing { target, mut body } = Outgoing::from(request);
        let mut http_request = HttpRequest::builder()
            .method(method)
            .uri(format!("{}{target}", self.origin));
        if let Some(token) = token {
            http_request = http_request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for key in &safeguards.idempotency_keys {
            http_request = http_request.header("idempotency-key", key.as_bytes());
        }
        match safeguards.if_sequence {
            // The body of a DELETE may be lost on the way (RFC 9110, section 9.3.5).
            Some(sequence) if method == "DELETE" => {
                http_request = http_request.header(IF_MATCH, format!("\"{sequence}\""));
            }
            Some(sequence) => body["ifSequence"] = sequence.to_string().into(),
            None => {}
        }
        if body.is_null() {
            http_request.body(Full::default()).unwrap()
        } else {
            let body = Full::from(body.to_string());
            http_request
                .header(CONTENT_TYPE, "application/json")
                .body(body)
                .unwrap()
        }
    }
}

#[async_trait]
impl<S, B> Wire for JsonWire<S>
where
    S: Service<HttpRequest<Full<Bytes>>, Response = Response<B>, Error: Debug, Future: Send> + Clone + Send + Sync,
    B: Body<Data = Bytes, Error: Debug> + Send + 'static,
{
    async fn call(&self, token: Option<&str>, request: &Request, safeguards: &Safeguards) -> Result<Reply, Failure> {
        let operation = request.operation();
        let response = self.send(token, request, safeguards).await;
        let replayed = is_replayed(response.headers());
        let answer = if operation == Operation::WatchEvents {
            let mut watch = watch(response).await?;
            Answer::Watching(watch.next().await?)
        } else {
            incoming::answer(operation, &json(response, operation).await?)
        };
        Ok(Reply { answer, replayed })
    }

    async fn watch(&self, token: Option<&str>, request: &WatchEventsRequest) -> Result<Box<dyn Watch>, Failure> {
        let request = Request::WatchEvents(request.clone());
        watch(self.send(token, &request, &Safeguards::default()).await).await
    }
}

fn is_replayed(headers: &HeaderMap) -> bool {
    let mark = headers.get("idempotency-replayed");
    assert!(mark.is_none_or(|mark| mark == "true"), "{mark:?} says neither");
    mark.is_some()
}

/// The body of an answer that succeeded.
async fn json<B>(response: Response<B>, operation: Operation) -> Result<Value, Failure>
where
    B: Body<Data = Bytes, Error: Debug>,
{
    let (status, envelope) = (response.status().as_u16(), envelope(&response));
    let body = whole(response).await;
    if status >= 300 {
        return Err(incoming::failure(&body, envelope));
    }
    let is_creation = matches!(operation, Operation::CreateUser | Operation::CreateSession);
    let expected = if is_creation { 201 } else { 200 };
    assert_eq!(status, expected, "{body}");
    Ok(body)
}

async fn watch<B>(response: Response<B>) -> Result<Box<dyn Watch>, Failure>
where
    B: Body<Data = Bytes, Error: Debug> + Send + 'static,
{
    if response.status() != 200 {
        let envelope = envelope(&response);
        return Err(incoming::failure(&whole(response).await, envelope));
    }
    assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
    Ok(Box::new(EventStream::new(response.into_body())))
}

/// The status and the headers that are the same whenever the same answer is given.
fn envelope<B>(response: &Response<B>) -> BTreeMap<String, String> {
    let headers = response.headers().iter();
    let constant = headers.filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"));
    constant
        .map(|(name, value)| (name.to_string(), value.as_bytes().escape_ascii().to_string()))
        .chain([(":status".to_owned(), response.status().to_string())])
        .collect()
}

async fn whole<B>(response: Response<B>) -> Value
where
    B: Body<Data = Bytes, Error: Debug>,
{
    let body = response
        .into_body()
        .collect()
        .await
        .expect("the answer is whole")
        .to_bytes();
    serde_json::from_slice(&body).unwrap_or_else(|_| panic!("not JSON: {}", body.escape_ascii()))
}
