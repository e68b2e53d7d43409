use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use unlockd_application::users::{self, CreateUserForm};
use utoipa::ToSchema;

use super::create_user_request::CreateUserRequest;
use super::details::Details;
use crate::authenticated::Authenticated;
use crate::body::JsonBody;
use crate::refusal::Refusal;
use crate::router::Api;

/// The answer to the creation of a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedUser {
    user_id: String,
    details: Details,
}

/// Creates an active user.
#[utoipa::path(
    post,
    path = "/v3alpha/users",
    tag = "users",
    request_body = CreateUserRequest,
    responses((status = 201, description = "The user exists and is active.", body = CreatedUser), Refusal),
)]
#[tracing::instrument(name = "http.users.create", skip_all)]
pub(crate) async fn create_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    JsonBody(request): JsonBody<CreateUserRequest>,
) -> Result<(StatusCode, Json<CreatedUser>), Refusal> {
    let command = CreateUserForm::from(request).parse()?;
    let created = api.users.create_user(&caller, command).await?;
    Ok((StatusCode::CREATED, Json(created.into())))
}

impl From<users::CreatedUser> for CreatedUser {
    fn from(created: users::CreatedUser) -> Self {
        Self {
            user_id: created.user_id.to_string(),
            details: created.details.into(),
        }
    }
}
