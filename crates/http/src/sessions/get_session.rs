use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Serialize;
use unlockd_application::sessions;
use utoipa::ToSchema;

use super::session::Session;
use super::session_in_path::SessionInPath;
use crate::addressed::{SUBJECT, id_in};
use crate::authenticated::Authenticated;
use crate::query_string::QueryString;
use crate::refusal::Refusal;
use crate::router::Api;

/// By what right.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct Right {
    /// The session's token, if the caller comes by that; without it by the permission.
    #[param(nullable = false)]
    session_token: Option<String>,
}

/// The answer to a question for a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundSession {
    session: Session,
}

/// Reads a session.
#[utoipa::path(
    get,
    path = "/v2/sessions/{session_id}",
    tag = "sessions",
    params(SessionInPath, Right),
    responses((status = 200, description = "The session.", body = FoundSession)),
)]
#[tracing::instrument(level = "debug", name = "http.sessions.get", skip_all)]
pub(crate) async fn get_session(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    GetSession(query): GetSession,
) -> Result<Json<FoundSession>, Refusal> {
    let session = api.sessions.get_session(&caller, query).await?;
    Ok(Json(FoundSession {
        session: session.into(),
    }))
}

/// What path and query string ask for.
pub(crate) struct GetSession(sessions::GetSession);

impl<S: Sync> FromRequestParts<S> for GetSession {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut query = QueryString::of(&parts.uri);
        let right = Right {
            session_token: query.take("session_token"),
        };
        let id = id_in(parts.uri.path(), SUBJECT);
        let parsed = sessions::GetSession::parse(id, right.session_token);
        Ok(Self(query.finish(parsed)?))
    }
}
