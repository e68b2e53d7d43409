use std::time::Duration;

use axum::Json;
use axum::http::header::{ACCEPT_ENCODING, ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use unlockd_application::{Error, ErrorDescription, ErrorReason, RequestContext};

use crate::body::PLAIN_JSON;
use crate::status::Status;

/// The answer to a request that fails: `google.rpc.Status` as JSON, and the headers that go with it. What the operators
/// must see is written to the log, and the reason into the context.
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "with its answer made and the log written, an error is used up"
)]
pub fn problem_response(error: Error, context: Option<&RequestContext>) -> Response {
    problem(&error, context)
}

pub(crate) fn problem(error: &Error, context: Option<&RequestContext>) -> Response {
    let description = noted(error, context);
    let status = http_status(description.reason);
    let headers = headers(error, description.retry_after);
    (status, headers, Json(Status::from(description))).into_response()
}

/// What the client may know of an error, after the operators have been told.
pub(crate) fn noted(error: &Error, context: Option<&RequestContext>) -> ErrorDescription {
    let request_id = context.and_then(RequestContext::request_id);
    error.log(request_id);
    let description = error.describe(request_id);
    if let Some(context) = context {
        context.set_error(description.reason);
    }
    description
}

/// The HTTP status of each reason.
#[must_use]
pub fn http_status(reason: ErrorReason) -> StatusCode {
    match reason {
        ErrorReason::InvalidArgument
        | ErrorReason::UserAlreadyLocked
        | ErrorReason::UserLocked
        | ErrorReason::UserNotActive
        | ErrorReason::UserNotLocked
        | ErrorReason::UserAlreadyInactive
        | ErrorReason::UserNotInactive
        | ErrorReason::TooManyUsernames
        | ErrorReason::IdempotencyKeyReused
        | ErrorReason::LastInstanceOwner => StatusCode::BAD_REQUEST,
        ErrorReason::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorReason::PermissionDenied
        | ErrorReason::PasswordChangeRequired
        | ErrorReason::TargetHasMorePermissions
        | ErrorReason::InvalidCredentials
        | ErrorReason::InvalidVerificationCode
        | ErrorReason::SessionTokenInvalid => StatusCode::FORBIDDEN,
        ErrorReason::UserNotFound
        | ErrorReason::UsernameNotFound
        | ErrorReason::OrganizationNotFound
        | ErrorReason::AccessTokenNotFound
        | ErrorReason::GrantNotFound
        | ErrorReason::SessionNotFound
        | ErrorReason::RouteNotFound
        | ErrorReason::ServiceNotFound => StatusCode::NOT_FOUND,
        ErrorReason::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorReason::UserIdTaken
        | ErrorReason::UsernameTaken
        | ErrorReason::OrganizationIdTaken
        | ErrorReason::SequenceMismatch => StatusCode::CONFLICT,
        ErrorReason::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorReason::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorReason::Overloaded | ErrorReason::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        ErrorReason::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorReason::Unimplemented | ErrorReason::RpcNotFound => StatusCode::NOT_IMPLEMENTED,
        ErrorReason::StoreUnavailable | ErrorReason::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        ErrorReason::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
    }
}

fn headers(error: &Error, retry_after: Option<Duration>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(challenge) = error.challenge() {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if let Error::UnsupportedMediaType { expected: PLAIN_JSON } = error {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    if let Error::MethodNotAllowed { allow } = error
        && let Ok(allow) = HeaderValue::from_str(allow)
    {
        headers.insert(ALLOW, allow);
    }
    if let Some(span) = retry_after {
        let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers
}
