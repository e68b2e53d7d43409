use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::LockUser;
use unlockd_application::{Error, Violations};
use unlockd_domain::{Reason, Timestamp};
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
    /// When the lock is to end; it must lie in the future.
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
    request: Addressed<LockUserRequest>,
) -> Result<Json<ChangedUser>, Refusal> {
    let command = parse(request)?;
    let details = api.users.lock_user(&caller, command).await?;
    Ok(Json(details.into()))
}

fn parse(request: Addressed<LockUserRequest>) -> Result<LockUser, Error> {
    let mut violations = Violations::default();
    let user_id = violations.keep("user_id", request.user_id(request.body.user_id.as_deref()));
    let reason = violations.keep("reason", Reason::parse(request.body.reason.unwrap_or_default()));
    let until = request.body.locked_until.as_deref().map(Timestamp::parse_rfc3339);
    let until = violations.keep("locked_until", until.transpose());
    violations.finish(user_id.map(|user_id| LockUser {
        user_id,
        reason: reason.flatten(),
        until: until.flatten(),
    }))
}
