use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use unlockd_application::Error;
use unlockd_application::lockout_policies::OwnerForm;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::addressed::{SUBJECT, id_in, in_path, read_behind_path};
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::safeguards_in;

/// Whose policy the request is about: that of the organization in its path, or the instance's where it names none.
pub(crate) struct PolicyOwner(pub(super) OwnerForm);

/// The same with a body, that has to be there.
pub(crate) struct Owned<B> {
    pub(super) owner: OwnerForm,
    pub(super) body: B,
}

impl<S: Sync> FromRequestParts<S> for PolicyOwner {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(OwnerForm {
            organization: id_in(parts.uri.path(), SUBJECT),
            safeguards: safeguards_in(&parts.headers),
        }))
    }
}

impl<B: DeserializeOwned> FromRequest<Api> for Owned<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let Ok(PolicyOwner(owner)) = PolicyOwner::from_request_parts(&mut parts, api).await;
        let request = Request::from_parts(parts, body);
        let named = owner.clone();
        match read_behind_path(request, api, || named.parse_get().err()).await? {
            Some(body) => Ok(Self { owner, body }),
            None => Err(Error::invalid("body", "must not be empty").into()),
        }
    }
}

/// The organization in a path, as the `OpenAPI` document describes it.
pub(crate) struct OrganizationInPath;

impl IntoParams for OrganizationInPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![in_path("organization_id", "The organization's id.", "default")]
    }
}
