use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, HeaderValue};
use axum::http::request::Parts;
use unlockd_application::authentication::bearer_token;
use unlockd_application::{Caller, RequestContext};

use crate::refusal::Refusal;
use crate::router::Api;

/// The caller behind the request's bearer token. Comes first among a handler's arguments, since arguments are extracted
/// in their order: who has no token learns nothing else.
pub(crate) struct Authenticated(pub(crate) Caller);

impl FromRequestParts<Api> for Authenticated {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let token = bearer_token(parts.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes))?;
        let caller = api.authenticator.authenticate(token).await?;
        if let Some(context) = parts.extensions.get::<Arc<RequestContext>>() {
            context.set_caller(caller.user_id());
        }
        Ok(Self(caller))
    }
}
