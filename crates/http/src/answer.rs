use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION};
use axum::http::{HeaderValue, Version};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tokio::time::timeout;
use unlockd_application::{Error, RequestContext};

use crate::problem::problem;
use crate::refusal::Refusal;
use crate::unread::Unread;

/// How long an answer waits for the rest of a body that nobody wanted.
const DISCARDING_TIME: Duration = Duration::from_secs(1);

/// Around every route: whatever comes of a request within its deadline becomes its answer. The only place where an error
/// becomes a body.
pub(crate) async fn answer(State(deadline): State<Duration>, request: Request, next: Next) -> Response {
    let version = request.version();
    let context = request.extensions().get::<Arc<RequestContext>>().cloned();
    let context = context.as_deref();
    let (request, unread) = Unread::of(request);
    let served = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match timeout(deadline, served).await {
        Ok(Ok(response)) => match Refusal::carried_by(&response) {
            Some(error) => problem(error, context),
            None => response,
        },
        Ok(Err(panic)) => problem(&Error::panicked(&*panic), context),
        Err(_) => problem(&Error::DeadlineExceeded, context),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let is_all_read = timeout(DISCARDING_TIME, unread.discard()).await.unwrap_or(false);
    // HTTP/2 ends the request's stream instead, and has no such header.
    if !is_all_read && version < Version::HTTP_2 {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
