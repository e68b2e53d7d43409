use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, HeaderValue};
use axum::http::request::Parts;
use unlockd_application::authentication::bearer_token;
use unlockd_application::ports::SecretToken;
use unlockd_application::{Caller, Error, LiveCaller, RequestContext};

use crate::refusal::Refusal;
use crate::router::Api;

/// The caller behind the request's bearer token. Comes first among a handler's arguments, since arguments are extracted
/// in their order: who has no token learns nothing else.
pub(crate) struct Authenticated(pub(crate) Caller);

/// The same for a request that goes on for long.
pub(crate) struct AuthenticatedForLong(pub(crate) LiveCaller);

impl FromRequestParts<Api> for Authenticated {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let token = token_of(parts)?;
        Ok(Self(caller(parts, api, token).await?))
    }
}

impl FromRequestParts<Api> for AuthenticatedForLong {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let token = token_of(parts)?.ok_or(Error::TokenMissing)?;
        let caller = caller(parts, api, Some(token.clone())).await?;
        Ok(Self(LiveCaller::new(caller, token, Arc::clone(&api.authenticator))))
    }
}

fn token_of(parts: &Parts) -> Result<Option<SecretToken>, Error> {
    bearer_token(parts.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes))
}

async fn caller(parts: &Parts, api: &Api, token: Option<SecretToken>) -> Result<Caller, Error> {
    let caller = api.authenticator.authenticate(token).await?;
    let Some(context) = parts.extensions.get::<Arc<RequestContext>>() else {
        return Ok(caller);
    };
    context.set_caller(caller.user_id());
    Ok(caller.from_source(context.source()))
}
