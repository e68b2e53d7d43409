use axum::extract::State;
use unlockd_application::users::DeactivateUser;

use super::details::ChangedUser;
use super::state_change::StateChangeRequest;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once};

/// Puts a user aside; a lock ends with it.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/deactivate",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = Option<StateChangeRequest>,
    responses((status = 200, description = "The user is inactive.", body = ChangedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.deactivate", skip_all)]
pub(crate) async fn deactivate_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    request: Addressed<StateChangeRequest>,
) -> Result<Once<ChangedUser>, Refusal> {
    let (user_id, reason, safeguards) = request.into_state_change();
    let command = DeactivateUser::parse(user_id, reason, safeguards)?;
    let outcome = api.users.deactivate_user(&caller, command).await?;
    Ok(Once::of(outcome))
}
