use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use unlockd_application::duration_from_text;
use unlockd_application::sessions::{self, CreateSessionForm};
use utoipa::ToSchema;

use super::challenges::RequestChallenges;
use super::checks::Checks;
use super::metadata::{Metadata, new_metadata};
use super::user_agent::SetUserAgent;
use crate::authenticated::Authenticated;
use crate::body::OptionalJsonBody;
use crate::json::Object;
use crate::object_details::ObjectDetails;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, Once, SafeguardHeaders};

/// How a session begins. May be left out as a whole: somebody signs in later.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "checks": {"user": {"loginName": "eva@example.com"}, "password": {"password": "correct horse battery staple"}},
    "metadata": {"page": "cmVjZXB0aW9u"},
    "userAgent": {"fingerprintId": "kiosk-3", "ip": "203.0.113.7"},
    "lifetime": "28800s",
}))]
pub(crate) struct CreateSessionRequest {
    #[schema(value_type = Option<Checks>)]
    checks: Option<Object<Checks>>,
    #[schema(schema_with = new_metadata, required = false)]
    metadata: Option<Metadata>,
    #[schema(value_type = Option<RequestChallenges>)]
    challenges: Option<Object<RequestChallenges>>,
    #[serde(alias = "user_agent")]
    #[schema(value_type = Option<SetUserAgent>)]
    user_agent: Option<Object<SetUserAgent>>,
    /// How long it lasts: longer than 0, and at most as the server is configured (365 days by default). Without it, as the server
    /// is configured (30 days by default).
    #[schema(pattern = "^[0-9]+(\\.[0-9]{1,9})?s$")]
    lifetime: Option<String>,
}

/// The session has begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "details": {"sequence": "1", "changeDate": "2024-06-25T13:35:39.148123Z", "resourceOwner": "default"},
    "sessionId": "0190503b-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
    "sessionToken": "unlockd_session_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
}))]
pub(crate) struct CreatedSession {
    details: ObjectDetails,
    session_id: String,
    /// What the session is used by until it changes, told this once. Once the user has shown their password, it is also a
    /// bearer token for what the user may do.
    session_token: String,
    /// Whether the user must change the password. Before that the session can do nothing but change the password of its user
    /// with the current one, and end. Left out when it is false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    password_change_required: bool,
}

/// Begins a session.
///
/// An unknown user, a wrong password, and a user who is locked or inactive are refused alike, with `INVALID_CREDENTIALS`.
#[utoipa::path(
    post,
    path = "/v2/sessions",
    tag = "sessions",
    params(IdempotencyKeyHeader),
    request_body = Option<CreateSessionRequest>,
    responses((status = 201, description = "The session has begun.", body = CreatedSession)),
)]
#[tracing::instrument(level = "debug", name = "http.sessions.create", skip_all)]
pub(crate) async fn create_session(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    SafeguardHeaders(safeguards): SafeguardHeaders,
    OptionalJsonBody(request): OptionalJsonBody<CreateSessionRequest>,
) -> Result<(StatusCode, Once<CreatedSession>), Refusal> {
    let form = CreateSessionForm {
        checks: request.checks.map(|Object(checks)| checks.into()).unwrap_or_default(),
        metadata: request.metadata.map(Vec::from).unwrap_or_default(),
        challenges: request.challenges.map(|Object(asked)| asked.into()).unwrap_or_default(),
        user_agent: request.user_agent.map(|Object(user_agent)| user_agent.into()),
        lifetime: request.lifetime.as_deref().map(duration_from_text),
        safeguards,
    };
    let created = api.sessions.create_session(&caller, form.parse()?).await?;
    Ok((StatusCode::CREATED, Once::of(created)))
}

impl From<sessions::CreatedSession> for CreatedSession {
    fn from(created: sessions::CreatedSession) -> Self {
        Self {
            details: created.details.into(),
            session_id: created.id.to_string(),
            session_token: created.token.expose().to_owned(),
            password_change_required: created.password_change_required,
        }
    }
}
