use axum::Json;
use axum::extract::State;
use serde::Serialize;
use unlockd_application::users::GetUserById;
use utoipa::ToSchema;

use super::user::User;
use crate::addressed::UserInPath;
use crate::authenticated::Authenticated;
use crate::refusal::Refusal;
use crate::router::Api;

/// The answer to a question for a user.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundUser {
    user: User,
}

/// Reads a user.
#[utoipa::path(
    get,
    path = "/v3alpha/users/{user_id}",
    tag = "users",
    params(("user_id" = String, Path, description = "Who.", min_length = 1, max_length = 200)),
    responses((status = 200, description = "The user.", body = FoundUser), Refusal),
)]
#[tracing::instrument(name = "http.users.get", skip_all)]
pub(crate) async fn get_user_by_id(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    UserInPath(user_id): UserInPath,
) -> Result<Json<FoundUser>, Refusal> {
    let found = api.users.get_user_by_id(&caller, GetUserById { user_id }).await?;
    let user = User::try_from(found)?;
    Ok(Json(FoundUser { user }))
}
