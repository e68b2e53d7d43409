use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::LockUser;
use unlockd_domain::Timestamp;
use utoipa::ToSchema;

use super::details::ChangedUser;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::integer::Integer;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once, if_sequence};

/// May be left out as a whole.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "lost badge", "lockedUntil": "2124-06-26T00:00:00Z"}))]
pub(crate) struct LockUserRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    user_id: Option<String>,
    /// What is said about it.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// When the lock is to end; it must lie in the future. From then on the user is active again; without it,
    /// once somebody unlocks.
    #[serde(alias = "locked_until")]
    #[schema(format = DateTime)]
    locked_until: Option<String>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
    /// Replaces a lock that an operator has set: prolongs it, shortens it, or makes it final. One of the policy is replaced
    /// without.
    replace: Option<bool>,
}

/// Locks a user.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/lock",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = Option<LockUserRequest>,
    responses((status = 200, description = "The user is locked.", body = ChangedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.lock", skip_all)]
pub(crate) async fn lock_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed {
        mut user_id,
        mut safeguards,
        body,
        ..
    }: Addressed<LockUserRequest>,
) -> Result<Once<ChangedUser>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    safeguards.if_sequence = body.if_sequence.map(Integer::get);
    let until = body.locked_until.as_deref().map(Timestamp::parse_rfc3339);
    let (reason, replaces) = (body.reason.unwrap_or_default(), body.replace.unwrap_or_default());
    let command = LockUser::parse(user_id, reason, until, replaces, safeguards)?;
    let outcome = api.users.lock_user(&caller, command).await?;
    Ok(Once::of(outcome))
}
