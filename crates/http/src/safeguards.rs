use std::convert::Infallible;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use unlockd_application::users::{IDEMPOTENCY_KEY, IF_MATCH, Outcome, SafeguardsForm};
use utoipa::IntoParams;
use utoipa::openapi::{RefOr, Schema};

use crate::integer::up_to;

/// Said of an answer from before.
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What the headers say to make a request safe; what its body says is not filled in.
pub(crate) struct SafeguardHeaders(pub(crate) SafeguardsForm);

impl<S: Sync> FromRequestParts<S> for SafeguardHeaders {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(safeguards_in(&parts.headers)))
    }
}

pub(crate) fn safeguards_in(headers: &HeaderMap) -> SafeguardsForm {
    let all = |name| {
        let values = headers.get_all(name).iter();
        values.map(|value: &HeaderValue| value.as_bytes().to_vec()).collect()
    };
    SafeguardsForm {
        idempotency_keys: all(IDEMPOTENCY_KEY),
        if_match: all(IF_MATCH),
        if_sequence: None,
    }
}

/// The answer to a request that is done once, however often it comes.
pub(crate) struct Once<A> {
    answer: A,
    replayed: bool,
}

impl<A> Once<A> {
    /// The outcome in the form of this wire.
    pub(crate) fn of<T>(outcome: Outcome<T>) -> Self
    where
        A: From<T>,
    {
        Self {
            answer: outcome.answer.into(),
            replayed: outcome.replayed,
        }
    }
}

impl<A: Serialize> IntoResponse for Once<A> {
    fn into_response(self) -> Response {
        let replayed = self.replayed.then_some([(IDEMPOTENCY_REPLAYED, "true")]);
        (replayed, Json(self.answer)).into_response()
    }
}

/// The field `ifSequence` of requests that change a user, as the `OpenAPI` document describes it.
pub(crate) fn if_sequence() -> RefOr<Schema> {
    up_to(u64::MAX, "Done only while the user's last event has this number.")
}

/// The headers of requests that are done once.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "described here, read as a list of values")]
pub(crate) struct IdempotencyKeyHeader {
    /// What the caller calls the request, so that it is done once: repeated with the same key, it gets the first answer again,
    /// with `Idempotency-Replayed: true`. 1 to 200 printable ASCII characters.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 200,
        pattern = "^[!-~]([ -~]*[!-~])?$",
        example = "unlock-eva-2024-06-25",
        nullable = false
    )]
    idempotency_key: Option<String>,
}

/// The headers of requests that change a user.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "described here, read as a list of values")]
pub(crate) struct IfMatchHeader {
    /// The change is done only while the user's last event has this number, given as reads give it in `ETag`; `*` stands for
    /// any. A weak tag, such as `W/"3"`, says the same as a strong one. The field `ifSequence` of the body says the same.
    #[param(
        rename = "If-Match",
        pattern = r#"^(\*|(W/)?"[0-9]{1,20}")$"#,
        example = "\"3\"",
        nullable = false
    )]
    if_match: Option<String>,
}
