//! One line a request: what was asked, by whom, what came of it, how long it took. Never a token or a body.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use unlockd_application::{ErrorReason, RequestContext};

/// The line of one request.
pub(crate) struct RequestLog {
    method: Method,
    context: Arc<RequestContext>,
    began: Instant,
}

impl RequestLog {
    /// Begins to measure.
    pub(crate) fn begin(method: Method, context: Arc<RequestContext>) -> Self {
        Self {
            method,
            context,
            began: Instant::now(),
        }
    }

    /// Writes the line with the status of the answer.
    pub(crate) fn end(&self, status: StatusCode) {
        let error = self.context.error();
        tracing::info!(
            http.request.method = %self.method,
            operation = self.context.operation().unwrap_or("unknown"),
            http.response.status_code = status.as_u16(),
            code = error.map_or(0, |reason| reason.code().number()),
            reason = error.map(ErrorReason::as_str),
            duration_ms = milliseconds(self.began.elapsed()),
            request.id = self.context.request_id(),
            caller.id = self.context.caller().map(tracing::field::display),
            "request"
        );
    }
}

/// To the microsecond: what is finer is noise.
fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
