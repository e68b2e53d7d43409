use axum::extract::State;
use serde::{Deserialize, Serialize};
use unlockd_application::duration_from_text;
use unlockd_application::sessions::{self, SetSessionForm};
use utoipa::ToSchema;

use super::challenges::RequestChallenges;
use super::checks::Checks;
use super::metadata::{Metadata, changed_metadata};
use super::session_in_path::{AddressedSession, SessionInPath};
use crate::authenticated::Authenticated;
use crate::json::Object;
use crate::object_details::ObjectDetails;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, Once};

/// How a session goes on. May be left out as a whole: the session gets another token, and nothing else changes.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "sessionToken": "unlockd_session_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
    "checks": {"password": {"password": "correct horse battery staple"}},
    "lifetime": "28800s",
}))]
pub(crate) struct SetSessionRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "session_id")]
    #[schema(max_length = 200)]
    session_id: Option<String>,
    /// The session's token, if the caller comes by that; without it by the permission.
    #[serde(alias = "session_token")]
    session_token: Option<String>,
    /// What whoever signs in says and shows. The user of a session cannot be changed.
    #[schema(value_type = Option<Checks>)]
    checks: Option<Object<Checks>>,
    #[schema(schema_with = changed_metadata, required = false)]
    metadata: Option<Metadata>,
    #[schema(value_type = Option<RequestChallenges>)]
    challenges: Option<Object<RequestChallenges>>,
    /// How long it lasts from now on: longer than 0, and at most as the server is configured (365 days by default). As before
    /// without it.
    #[schema(pattern = "^[0-9]+(\\.[0-9]{1,9})?s$")]
    lifetime: Option<String>,
}

/// The session has changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "details": {"sequence": "2", "changeDate": "2024-06-25T13:35:42Z", "resourceOwner": "default"},
    "sessionToken": "unlockd_session_abcdefghijklmnopqrstuvwxyzABCDEFG0123456789",
}))]
pub(crate) struct UpdatedSession {
    details: ObjectDetails,
    /// What the session is used by from now on, told this once. The one before has stopped working.
    session_token: String,
    /// Whether the user must change the password. Before that the session can do nothing but change the password of its user
    /// with the current one, and end. Left out when it is false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    password_change_required: bool,
}

/// Goes on with a session, which gets another token.
#[utoipa::path(
    patch,
    path = "/v2/sessions/{session_id}",
    tag = "sessions",
    params(SessionInPath, IdempotencyKeyHeader),
    request_body = Option<SetSessionRequest>,
    responses((status = 200, description = "The session has changed.", body = UpdatedSession)),
)]
#[tracing::instrument(level = "debug", name = "http.sessions.set", skip_all)]
pub(crate) async fn set_session(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    AddressedSession {
        mut session_id,
        safeguards,
        body,
    }: AddressedSession<SetSessionRequest>,
) -> Result<Once<UpdatedSession>, Refusal> {
    session_id.in_message = body.session_id.unwrap_or_default();
    let form = SetSessionForm {
        session_id,
        session_token: body.session_token.unwrap_or_default(),
        checks: body.checks.map(|Object(checks)| checks.into()).unwrap_or_default(),
        metadata: body.metadata.map(Vec::from).unwrap_or_default(),
        challenges: body.challenges.map(|Object(asked)| asked.into()).unwrap_or_default(),
        lifetime: body.lifetime.as_deref().map(duration_from_text),
        safeguards,
    };
    let updated = api.sessions.set_session(&caller, form.parse()?).await?;
    Ok(Once::of(updated))
}

impl From<sessions::UpdatedSession> for UpdatedSession {
    fn from(updated: sessions::UpdatedSession) -> Self {
        Self {
            details: updated.details.into(),
            session_token: updated.token.expose().to_owned(),
            password_change_required: updated.password_change_required,
        }
    }
}
