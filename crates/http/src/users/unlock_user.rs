use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::UnlockUser;
use unlockd_application::{Error, Violations};
use unlockd_domain::Reason;
use utoipa::ToSchema;

use super::details::ChangedUser;
use crate::addressed::Addressed;
use crate::authenticated::Authenticated;
use crate::refusal::Refusal;
use crate::router::Api;

/// May be left out as a whole.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UnlockUserRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    user_id: Option<String>,
    /// What is said about it.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Lets a locked user back in.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/unlock",
    tag = "users",
    params(("user_id" = String, Path, description = "Who.", min_length = 1, max_length = 200)),
    request_body = Option<UnlockUserRequest>,
    responses((status = 200, description = "The user is active.", body = ChangedUser), Refusal),
)]
#[tracing::instrument(name = "http.users.unlock", skip_all)]
pub(crate) async fn unlock_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    request: Addressed<UnlockUserRequest>,
) -> Result<Json<ChangedUser>, Refusal> {
    let command = parse(request)?;
    let details = api.users.unlock_user(&caller, command).await?;
    Ok(Json(details.into()))
}

fn parse(request: Addressed<UnlockUserRequest>) -> Result<UnlockUser, Error> {
    let mut violations = Violations::default();
    let user_id = violations.keep("user_id", request.user_id(request.body.user_id.as_deref()));
    let reason = violations.keep("reason", Reason::parse(request.body.reason.unwrap_or_default()));
    violations.finish(user_id.map(|user_id| UnlockUser {
        user_id,
        reason: reason.flatten(),
    }))
}
