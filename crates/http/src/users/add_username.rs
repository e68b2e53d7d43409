use axum::extract::State;
use serde::{Deserialize, Serialize};
use unlockd_application::users::{self, AddUsername};
use utoipa::ToSchema;

use super::details::Details;
use super::set_authenticators::SetUsername;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::integer::Integer;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once, if_sequence};

/// The name that is to be added.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"username": {"username": "eva.smith@example.com", "isOrganizationSpecific": true}}))]
pub(crate) struct AddUsernameRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    user_id: Option<String>,
    #[schema(value_type = SetUsername)]
    username: Option<Object<SetUsername>>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
}

/// The name is added.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "details": {"sequence": "2", "changeDate": "2024-06-25T13:35:39.148123Z", "resourceOwner": "default"},
    "usernameId": "0190503a-7c6c-7d2b-8f9e-2b1f3c4d5e6f",
}))]
pub(crate) struct AddedUsername {
    details: Details,
    /// The id by which the name is removed.
    username_id: String,
}

/// Gives a user one more name to sign in with.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/username",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = AddUsernameRequest,
    responses((status = 200, description = "The name is added.", body = AddedUsername)),
)]
#[tracing::instrument(level = "debug", name = "http.users.add_username", skip_all)]
pub(crate) async fn add_username(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed {
        mut user_id,
        mut safeguards,
        body,
        ..
    }: Addressed<AddUsernameRequest>,
) -> Result<Once<AddedUsername>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    safeguards.if_sequence = body.if_sequence.map(Integer::get);
    let username = body.username.map(|Object(username)| username.into());
    let command = AddUsername::parse(user_id, username, safeguards)?;
    let outcome = api.users.add_username(&caller, command).await?;
    Ok(Once::of(outcome))
}

impl From<users::AddedUsername> for AddedUsername {
    fn from(added: users::AddedUsername) -> Self {
        Self {
            details: added.details.into(),
            username_id: added.username_id.to_string(),
        }
    }
}
