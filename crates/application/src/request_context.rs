//! What is known of a request while it is served: put into the request by whoever accepts it, filled in by the
//! transport, read for the log line.

use std::sync::OnceLock;

use unlockd_domain::{Source, UserId};

use crate::error::ErrorReason;

/// What is known of one request. Transports find it as an `Arc` in the request's extensions.
#[derive(Debug, Default)]
pub struct RequestContext {
    request_id: Option<String>,
    source: Option<Source>,
    operation: OnceLock<String>,
    caller: OnceLock<UserId>,
    error: OnceLock<ErrorReason>,
}

impl RequestContext {
    /// The context of a request that people can refer to by this id.
    #[must_use]
    pub fn new(request_id: String) -> Self {
        Self {
            request_id: Some(request_id),
            ..Self::default()
        }
    }

    /// The same, with where the request comes from. Whoever accepts requests vouches for it: it is what guesses of passwords
    /// are counted by.
    #[must_use]
    pub fn from_source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// Where the request comes from, if whoever accepted it has said so.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// The id that people can refer to the request by.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The route template or RPC; the first one that is said stays.
    pub fn set_operation(&self, operation: &str) {
        self.operation.get_or_init(|| operation.to_owned());
    }

    /// The route template or RPC, once a transport has found it.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.operation.get().map(String::as_str)
    }

    /// Who calls; the first one that is said stays.
    pub fn set_caller(&self, caller: &UserId) {
        self.caller.get_or_init(|| caller.clone());
    }

    /// Who calls, once it is known.
    #[must_use]
    pub fn caller(&self) -> Option<&UserId> {
        self.caller.get()
    }

    /// Why the request failed; the first reason that is said stays.
    pub fn set_error(&self, reason: ErrorReason) {
        self.error.get_or_init(|| reason);
    }

    /// Why the request failed.
    #[must_use]
    pub fn error(&self) -> Option<ErrorReason> {
        self.error.get().copied()
    }
}
