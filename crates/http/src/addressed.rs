use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use unlockd_application::Error;
use unlockd_application::users::{IdForm, SafeguardsForm, decode_segment};
use unlockd_domain::UserId;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::body::read_json;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::safeguards_in;

/// The user in the path of a request that has no body.
pub(crate) struct UserInPath(pub(crate) UserId);

/// A request about the user in its path, with a body that may be left out. The path is judged together with the fields of
/// the body, so that all that is wrong is said at once.
pub(crate) struct Addressed<B> {
    /// What the path says; what the body says is not filled in.
    pub(crate) user_id: IdForm,
    /// The username in a path that names one; nothing is said by a path that does not.
    pub(crate) username_id: IdForm,
    /// What the headers say; what the body says is not filled in.
    pub(crate) safeguards: SafeguardsForm,
    /// The body, or its default.
    pub(crate) body: B,
}

/// Where that stands among the segments of a path which the path is about: behind the empty one, the version and `users`,
/// for instance.
pub(crate) const SUBJECT: usize = 3;

/// Where the username stands: behind the user and `username`.
const USERNAME: usize = 5;

impl FromRequestParts<Api> for UserInPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Refusal> {
        Ok(Self(id_in(parts.uri.path(), SUBJECT).parse()?))
    }
}

impl<B: DeserializeOwned + Default> FromRequest<Api> for Addressed<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let path = request.uri().path();
        let (user_id, username_id) = (id_in(path, SUBJECT), id_in(path, USERNAME));
        let safeguards = safeguards_in(request.headers());
        let in_path = user_id.clone();
        let body = read_behind_path(request, api, || in_path.parse().err()).await?;
        Ok(Self {
            user_id,
            username_id,
            safeguards,
            body: body.unwrap_or_default(),
        })
    }
}

/// The body, if there is one. What is wrong with the path goes before a body that cannot be read.
pub(crate) async fn read_behind_path<B: DeserializeOwned>(
    request: Request,
    api: &Api,
    wrong_path: impl FnOnce() -> Option<Error>,
) -> Result<Option<B>, Error> {
    let read = read_json(request, api.max_body_bytes).await;
    read.map_err(|error| wrong_path().unwrap_or(error))
}

/// A segment of the path. Read from the path as it came: by then the router's own parameters have lost the difference
/// between what was encoded wrongly and what was not encoded.
pub(crate) fn id_in(path: &str, position: usize) -> IdForm {
    IdForm {
        in_path: path.split('/').nth(position).map(decode_segment),
        ..IdForm::default()
    }
}

/// The user in a path, as the `OpenAPI` document describes it.
impl IntoParams for UserInPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![in_path("user_id", "The user's id.", "eva")]
    }
}

/// The username in a path, as the `OpenAPI` document describes it.
pub(crate) struct UsernameInPath;

impl IntoParams for UsernameInPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let example = "0190503a-7c6c-7d2b-8f9e-2b1f3c4d5e6f";
        vec![in_path("username_id", "The username's id.", example)]
    }
}

pub(crate) fn in_path(name: &str, description: &str, example: &str) -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(200));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(text))
        .example(Some(example.into()))
        .build()
}
