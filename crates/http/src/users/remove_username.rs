use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::RemoveUsername;
use utoipa::ToSchema;

use super::details::ChangedUser;
use crate::addressed::{Addressed, UserInPath, UsernameInPath};
use crate::authenticated::Authenticated;
use crate::integer::Integer;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once, if_sequence};

/// May be left out as a whole.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"ifSequence": "3"}))]
pub(crate) struct RemoveUsernameRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    user_id: Option<String>,
    /// The same as in the path, if it is given.
    #[serde(alias = "username_id")]
    #[schema(max_length = 200)]
    username_id: Option<String>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
}

/// Takes a name away that a user signs in with.
#[utoipa::path(
    delete,
    path = "/v3alpha/users/{user_id}/username/{username_id}",
    tag = "users",
    params(UserInPath, UsernameInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = Option<RemoveUsernameRequest>,
    responses((status = 200, description = "The name is removed.", body = ChangedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.remove_username", skip_all)]
pub(crate) async fn remove_username(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed {
        mut user_id,
        mut username_id,
        mut safeguards,
        body,
    }: Addressed<RemoveUsernameRequest>,
) -> Result<Once<ChangedUser>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    username_id.in_message = body.username_id.unwrap_or_default();
    safeguards.if_sequence = body.if_sequence.map(Integer::get);
    let command = RemoveUsername::parse(user_id, username_id, safeguards)?;
    let outcome = api.users.remove_username(&caller, command).await?;
    Ok(Once::of(outcome))
}
