use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::answer::{Reply, Update};
use super::request::{Request, Safeguards, WatchEventsRequest};

/// One way to call unlockd: the client of a wire. Values are raw, so that bad ones can be sent too. Whatever is neither an
/// answer nor a failure is a fault of the wire, on which the implementation panics.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Sends the request with the bearer token, and reads back the answer or the failure. Of a watch it reads the first
    /// update, and ends it.
    async fn call(&self, token: Option<&str>, request: &Request, safeguards: &Safeguards) -> Result<Reply, Failure>;

    /// Begins to watch what happens.
    async fn watch(&self, token: Option<&str>, request: &WatchEventsRequest) -> Result<Box<dyn Watch>, Failure>;
}

/// What the server tells a watcher, until it is dropped.
#[async_trait]
pub trait Watch: Send {
    /// What comes next; the failure that the server ends the watch with.
    async fn next(&mut self) -> Result<Update, Failure>;
}

/// An error: `google.rpc.Status` with its details, whichever way it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The number of `google.rpc.Code`.
    pub code: i32,
    /// `ErrorInfo.reason`.
    pub reason: String,
    /// `ErrorInfo.domain`.
    pub domain: String,
    /// The sentence for people.
    pub message: String,
    /// `ErrorInfo.metadata`.
    pub metadata: BTreeMap<String, String>,
    /// `BadRequest.field_violations`: each field and what is wrong with it.
    pub field_violations: Vec<(String, String)>,
    /// `RetryInfo.retry_delay`.
    pub retry_after: Option<Duration>,
    /// What the wire says beside it: the HTTP status, and headers or metadata, but for the date and the id of the request.
    pub envelope: BTreeMap<String, String>,
}
