use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use unlockd_application::sessions::DeleteSession;
use utoipa::ToSchema;

use super::session_in_path::{AddressedSession, SessionInPath};
use crate::authenticated::Authenticated;
use crate::object_details::ObjectDetails;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::IdempotencyKeyHeader;

/// May be left out as a whole.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"sessionToken": "unlockd_session_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"}))]
pub(crate) struct DeleteSessionRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "session_id")]
    #[schema(max_length = 200)]
    session_id: Option<String>,
    /// The session's token, if the caller comes by that; without it by the permission.
    #[serde(alias = "session_token")]
    session_token: Option<String>,
}

/// The session has ended.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "details": {"sequence": "3", "changeDate": "2024-06-25T13:40:00Z", "resourceOwner": "default"},
}))]
pub(crate) struct DeletedSession {
    /// Where it stood; without a sequence if it had ended before.
    details: ObjectDetails,
}

/// Ends a session. Ending it again changes nothing.
#[utoipa::path(
    delete,
    path = "/v2/sessions/{session_id}",
    tag = "sessions",
    params(SessionInPath, IdempotencyKeyHeader),
    request_body = Option<DeleteSessionRequest>,
    responses((status = 200, description = "The session has ended.", body = DeletedSession)),
)]
#[tracing::instrument(level = "debug", name = "http.sessions.delete", skip_all)]
pub(crate) async fn delete_session(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    AddressedSession {
        mut session_id,
        safeguards,
        body,
    }: AddressedSession<DeleteSessionRequest>,
) -> Result<Json<DeletedSession>, Refusal> {
    session_id.in_message = body.session_id.unwrap_or_default();
    let command = DeleteSession::parse(session_id, body.session_token, &safeguards)?;
    let details = api.sessions.delete_session(&caller, command).await?;
    Ok(Json(DeletedSession {
        details: details.into(),
    }))
}
