use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
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
    params(UserInPath),
    responses((
        status = 200,
        description = "The user.",
        body = FoundUser,
        headers(("ETag" = String, description = "The number of the user's last event, in double quotes: good for `If-Match`.")),
    )),
)]
#[tracing::instrument(level = "debug", name = "http.users.get", skip_all)]
pub(crate) async fn get_user_by_id(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    UserInPath(user_id): UserInPath,
) -> Result<impl IntoResponse, Refusal> {
    let found = api.users.get_user_by_id(&caller, GetUserById { user_id }).await?;
    let entity_tag = format!("\"{}\"", found.user.sequence());
    let user = User::try_from(found)?;
    Ok(([(ETAG, entity_tag)], Json(FoundUser { user })))
}
