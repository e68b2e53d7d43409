use axum::extract::State;
use unlockd_application::users::ReactivateUser;

use super::details::ChangedUser;
use super::state_change::StateChangeRequest;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once};

/// Takes an inactive user back into service.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/reactivate",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = Option<StateChangeRequest>,
    responses((status = 200, description = "The user is active.", body = ChangedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.reactivate", skip_all)]
pub(crate) async fn reactivate_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    request: Addressed<StateChangeRequest>,
) -> Result<Once<ChangedUser>, Refusal> {
    let (user_id, reason, safeguards) = request.into_state_change();
    let command = ReactivateUser::parse(user_id, reason, safeguards)?;
    let outcome = api.users.reactivate_user(&caller, command).await?;
    Ok(Once::of(outcome))
}
