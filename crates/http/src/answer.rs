use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tokio::time::timeout;
use unlockd_application::{Error, RequestContext};

use crate::problem::problem;
use crate::refusal::Refusal;

/// Around every route: whatever comes of a request within its deadline becomes its answer. The only place where an error
/// becomes a body.
pub(crate) async fn answer(State(deadline): State<Duration>, request: Request, next: Next) -> Response {
    let context = request.extensions().get::<Arc<RequestContext>>().cloned();
    let context = context.as_deref();
    let served = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match timeout(deadline, served).await {
        Ok(Ok(response)) => match Refusal::carried_by(&response) {
            Some(error) => problem(error, context),
            None => response,
        },
        Ok(Err(panic)) => problem(&Error::internal(panic_message(&*panic)), context),
        Err(_) => problem(&Error::DeadlineExceeded, context),
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", message.unwrap_or("without a message"))
}
