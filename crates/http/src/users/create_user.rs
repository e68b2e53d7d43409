use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use unlockd_application::users::{self, CreateUserForm, SafeguardsForm};
use utoipa::ToSchema;

use super::create_user_request::CreateUserRequest;
use super::details::Details;
use crate::authenticated::Authenticated;
use crate::body::JsonBody;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once, SafeguardHeaders};

/// The answer to the creation of a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "userId": "eva",
    "details": {"sequence": "1", "changeDate": "2024-06-25T13:35:39.148123Z", "resourceOwner": "default"},
}))]
pub(crate) struct CreatedUser {
    user_id: String,
    details: Details,
}

/// Creates an active user.
#[utoipa::path(
    post,
    path = "/v3alpha/users",
    tag = "users",
    params(IdempotencyKeyHeader, IfMatchHeader),
    request_body = CreateUserRequest,
    responses((status = 201, description = "The user exists and is active.", body = CreatedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.create", skip_all)]
pub(crate) async fn create_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    SafeguardHeaders(headers): SafeguardHeaders,
    JsonBody(request): JsonBody<CreateUserRequest>,
) -> Result<(StatusCode, Once<CreatedUser>), Refusal> {
    let mut form = CreateUserForm::from(request);
    form.safeguards = SafeguardsForm {
        if_sequence: form.safeguards.if_sequence,
        ..headers
    };
    let outcome = api.users.create_user(&caller, form.parse()?).await?;
    Ok((StatusCode::CREATED, Once::of(outcome)))
}

impl From<users::CreatedUser> for CreatedUser {
    fn from(created: users::CreatedUser) -> Self {
        Self {
            user_id: created.user_id.to_string(),
            details: created.details.into(),
        }
    }
}
