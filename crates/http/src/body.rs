use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use unlockd_application::Error;

use crate::json::parse_object;
use crate::refusal::Refusal;
use crate::router::Api;

/// A body that has to be there.
pub(crate) struct JsonBody<B>(pub(crate) B);

impl<B: DeserializeOwned> FromRequest<Api> for JsonBody<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        match read_json(request, api.max_body_bytes).await? {
            Some(body) => Ok(Self(body)),
            None => Err(Error::invalid("body", "must not be empty").into()),
        }
    }
}

/// A body that may be left out.
pub(crate) struct OptionalJsonBody<B>(pub(crate) B);

impl<B: DeserializeOwned + Default> FromRequest<Api> for OptionalJsonBody<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let body = read_json(request, api.max_body_bytes).await?;
        Ok(Self(body.unwrap_or_default()))
    }
}

/// What is expected of a body that is compressed.
pub(crate) const PLAIN_JSON: &str = "application/json without a content encoding";

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The body as one JSON object, or nothing when it is empty, whatever its type then; `null` is an object without fields. But a
/// request that came for another wire, which is switched off, is not taken for one without a body.
pub(crate) async fn read_json<B: DeserializeOwned>(request: Request, max_bytes: usize) -> Result<Option<B>, Error> {
    // Of a body in another form the first byte is enough to refuse it.
    let (limit, too_much) = match unreadable(request.headers()) {
        Some(expected) => (0, Error::UnsupportedMediaType { expected }),
        None => (max_bytes, Error::BodyTooLarge { limit: max_bytes }),
    };
    let is_declared = content_length(request.headers()).is_some_and(|length| length > limit);
    if is_declared || is_grpc(request.headers()) {
        return Err(too_much);
    }
    let bytes = match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_much),
        Err(_) => return Err(Error::invalid("body", "must arrive whole")),
    };
    // RFC 8259, section 8.1: a parser may ignore the byte order mark, which some programs put in front of any text.
    match bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes) {
        b"" => Ok(None),
        text if text.trim_ascii() == b"null" => parse_object(b"{}").map(Some),
        text => parse_object(text).map(Some),
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    media_type
        .get(..16)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"application/grpc"))
}

/// The length that the client has declared; it may send without.
fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What is expected instead of a body with these headers, if it cannot be read.
fn unreadable(headers: &HeaderMap) -> Option<&'static str> {
    if !is_json(headers) {
        return Some("application/json");
    }
    let is_encoded = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    is_encoded.then_some(PLAIN_JSON)
}

/// `application/json`, with no other `charset` than UTF-8 (RFC 8259, section 8.1).
fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(content_type)) = headers.get(CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
                value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            Some(_) | None => true,
        })
}
