use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use thiserror::Error;
use unlockd_application::Error;
use unlockd_domain::{TextError, UserId};

use crate::body::read_json;
use crate::refusal::Refusal;
use crate::router::Api;

/// The user in the path of a request that has no body.
pub(crate) struct UserInPath(pub(crate) UserId);

/// A request about the user in its path, with a body that may be left out. The id is judged together with the fields of
/// the body, so that all that is wrong is said at once.
pub(crate) struct Addressed<B> {
    /// The id in the path.
    pub(crate) user_id: Result<UserId, UserIdProblem>,
    /// The body, or its default.
    pub(crate) body: B,
}

/// Why the path does not name a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum UserIdProblem {
    #[error("must be percent-encoded UTF-8")]
    Encoding,
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("must be the same in the path and in the body")]
    Contradiction,
}

impl<B> Addressed<B> {
    /// The id in the path, which one in the body must not contradict.
    pub(crate) fn user_id(&self, in_body: Option<&str>) -> Result<UserId, UserIdProblem> {
        let user_id = self.user_id.clone()?;
        match in_body {
            Some(other) if other != user_id.as_str() => Err(UserIdProblem::Contradiction),
            Some(_) | None => Ok(user_id),
        }
    }
}

impl FromRequestParts<Api> for UserInPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Refusal> {
        let user_id = user_id_in(parts.uri.path()).map_err(|problem| Error::invalid("user_id", problem))?;
        Ok(Self(user_id))
    }
}

impl<B: DeserializeOwned + Default> FromRequest<Api> for Addressed<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let user_id = user_id_in(request.uri().path());
        match (user_id, read_json(request, api.max_body_bytes).await) {
            (user_id, Ok(body)) => Ok(Self {
                user_id,
                body: body.unwrap_or_default(),
            }),
            (Err(problem), Err(_)) => Err(Error::invalid("user_id", problem).into()),
            (Ok(_), Err(error)) => Err(error.into()),
        }
    }
}

/// The third segment of the path. Read from the path as it came: by then the router's own parameters have lost the
/// difference between what was encoded wrongly and what was not encoded.
fn user_id_in(path: &str) -> Result<UserId, UserIdProblem> {
    let segment = path.split('/').nth(3).unwrap_or_default();
    let mut after_percent_signs = segment.split('%').skip(1);
    if !after_percent_signs.all(begins_with_two_hexadecimal_digits) {
        return Err(UserIdProblem::Encoding);
    }
    let id = percent_decode_str(segment)
        .decode_utf8()
        .map_err(|_| UserIdProblem::Encoding)?;
    Ok(UserId::new(id)?)
}

fn begins_with_two_hexadecimal_digits(text: &str) -> bool {
    text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2
}
