use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use unlockd_application::users::{UserIdForm, decode_segment};
use unlockd_domain::UserId;

use crate::body::read_json;
use crate::refusal::Refusal;
use crate::router::Api;

/// The user in the path of a request that has no body.
pub(crate) struct UserInPath(pub(crate) UserId);

/// A request about the user in its path, with a body that may be left out. The path is judged together with the fields of
/// the body, so that all that is wrong is said at once.
pub(crate) struct Addressed<B> {
    /// What the path says; what the body says is not filled in.
    pub(crate) user_id: UserIdForm,
    /// The body, or its default.
    pub(crate) body: B,
}

impl FromRequestParts<Api> for UserInPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Refusal> {
        Ok(Self(user_id_in(parts.uri.path()).parse()?))
    }
}

impl<B: DeserializeOwned + Default> FromRequest<Api> for Addressed<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let user_id = user_id_in(request.uri().path());
        match read_json(request, api.max_body_bytes).await {
            Ok(body) => Ok(Self {
                user_id,
                body: body.unwrap_or_default(),
            }),
            // What is wrong with the path goes before a body that cannot be read.
            Err(error) => Err(user_id.parse().err().unwrap_or(error).into()),
        }
    }
}

/// The third segment of the path. Read from the path as it came: by then the router's own parameters have lost the
/// difference between what was encoded wrongly and what was not encoded.
fn user_id_in(path: &str) -> UserIdForm {
    let segment = path.split('/').nth(3).unwrap_or_default();
    UserIdForm {
        in_path: Some(decode_segment(segment)),
        ..UserIdForm::default()
    }
}
