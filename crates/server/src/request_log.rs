//! One line a request: what was asked, by whom, what came of it, how long it took. Never a token or a body.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use tracing::Level;
use unlockd_application::{ErrorReason, RequestContext};

/// Operations that probes call every few seconds.
const PROBES: [&str; 6] = [
    "GET /healthz",
    "HEAD /healthz",
    "GET /readyz",
    "HEAD /readyz",
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
];

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

    /// Writes the line with the status of the answer; that of a health probe at the level `debug`.
    pub(crate) fn end(&self, status: StatusCode) {
        let operation = self.context.operation().unwrap_or("unknown");
        let error = self.context.error();
        // The level of an event is a constant.
        macro_rules! write_line {
            ($level:expr) => {
                tracing::event!(
                    $level,
                    http.request.method = %self.method,
                    operation,
                    http.response.status_code = status.as_u16(),
                    code = error.map_or(0, |reason| reason.code().number()),
                    reason = error.map(ErrorReason::as_str),
                    duration_ms = milliseconds(self.began.elapsed()),
                    request.id = self.context.request_id(),
                    caller.id = self.context.caller().map(tracing::field::display),
                    "request"
                )
            };
        }
        if PROBES.contains(&operation) {
            write_line!(Level::DEBUG);
        } else {
            write_line!(Level::INFO);
        }
    }
}

/// To the microsecond: what is finer is noise.
fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
