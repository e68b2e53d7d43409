use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use unlockd_application::Error;

/// An error on its way out of a handler or an extractor. It becomes a body in [`answer`](crate::answer::answer), which
/// knows the request.
pub(crate) struct Refusal(Error);

#[derive(Clone)]
struct Carried(Arc<Error>);

impl Refusal {
    /// The error that a response carries.
    pub(crate) fn carried_by(response: &Response) -> Option<&Error> {
        response.extensions().get::<Carried>().map(|Carried(error)| &**error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Carried(Arc::new(self.0)));
        response
    }
}
