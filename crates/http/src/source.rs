use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use unlockd_application::RequestContext;
use unlockd_domain::Source;

/// Where the request comes from, if whoever accepted it has said so.
pub(crate) struct RequestSource(pub(crate) Option<Source>);

impl<S: Sync> FromRequestParts<S> for RequestSource {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let context = parts.extensions.get::<Arc<RequestContext>>();
        Ok(Self(context.and_then(|context| context.source()).cloned()))
    }
}
