use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use unlockd_application::sessions::GetSession;
use unlockd_application::users::{IdForm, SafeguardsForm};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::addressed::{SUBJECT, id_in, in_path, read_behind_path};
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::safeguards_in;

/// A request about the session in its path, with a body that may be left out.
pub(crate) struct AddressedSession<B> {
    /// What the path says; what the body says is not filled in.
    pub(super) session_id: IdForm,
    /// What the headers say.
    pub(super) safeguards: SafeguardsForm,
    /// The body, or its default.
    pub(super) body: B,
}

impl<B: DeserializeOwned + Default> FromRequest<Api> for AddressedSession<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let session_id = id_in(request.uri().path(), SUBJECT);
        let safeguards = safeguards_in(request.headers());
        let in_path = session_id.clone();
        let body = read_behind_path(request, api, || GetSession::parse(in_path, None).err()).await?;
        Ok(Self {
            session_id,
            safeguards,
            body: body.unwrap_or_default(),
        })
    }
}

/// The session in a path, as the `OpenAPI` document describes it.
pub(crate) struct SessionInPath;

impl IntoParams for SessionInPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let example = "0190503b-0a1b-7c2d-8e3f-4a5b6c7d8e9f";
        vec![in_path("session_id", "The session's id.", example)]
    }
}
