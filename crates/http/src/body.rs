use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
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

/// The body as one JSON object, or nothing when it is empty, whatever its type then.
pub(crate) async fn read_json<B: DeserializeOwned>(request: Request, max_bytes: usize) -> Result<Option<B>, Error> {
    let is_json = is_json(request.headers());
    // Of a body in another form the first byte is enough to refuse it.
    let limit = if is_json { max_bytes } else { 0 };
    let bytes = match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if !error.is::<LengthLimitError>() => return Err(Error::invalid("body", "must arrive whole")),
        Err(_) if is_json => return Err(Error::BodyTooLarge { limit }),
        Err(_) => {
            return Err(Error::UnsupportedMediaType {
                expected: "application/json",
            });
        }
    };
    if bytes.is_empty() {
        return Ok(None);
    }
    parse_object(&bytes).map(Some)
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
