use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::LockUser;
use unlockd_domain::Timestamp;
use utoipa::ToSchema;

use super::details::ChangedUser;
use crate::addressed::Addressed;
use crate::authenticated::Authenticated;
use crate::refusal::Refusal;
use crate::router::Api;

/// May be left out as a whole.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LockUserRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    user_id: Option<String>,
    /// What is said about it.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// When the lock is to end; it must lie in the future. Kept and shown for now: it does not lift the lock yet.
    #[serde(alias = "locked_until")]
    #[schema(format = DateTime)]
    locked_until: Option<String>,
}

/// Keeps an active user out.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/lock",
    tag = "users",
    params(("user_id" = String, Path, description = "Who.", min_length = 1, max_length = 200)),
    request_body = Option<LockUserRequest>,
    responses((status = 200, description = "The user is locked.", body = ChangedUser), Refusal),
)]
#[tracing::instrument(name = "http.users.lock", skip_all)]
pub(crate) async fn lock_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed { mut user_id, body }: Addressed<LockUserRequest>,
) -> Result<Json<ChangedUser>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    let until = body.locked_until.as_deref().map(Timestamp::parse_rfc3339);
    let command = LockUser::parse(user_id, body.reason.unwrap_or_default(), until)?;
    let details = api.users.lock_user(&caller, command).await?;
    Ok(Json(details.into()))
}
