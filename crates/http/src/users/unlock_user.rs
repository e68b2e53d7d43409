use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::UnlockUser;
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
    Addressed { mut user_id, body }: Addressed<UnlockUserRequest>,
) -> Result<Json<ChangedUser>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    let command = UnlockUser::parse(user_id, body.reason.unwrap_or_default())?;
    let details = api.users.unlock_user(&caller, command).await?;
    Ok(Json(details.into()))
}
