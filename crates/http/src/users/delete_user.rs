use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::DeleteUser;
use utoipa::ToSchema;

use super::details::ChangedUser;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::integer::Integer;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once, if_sequence};

/// May be left out as a whole.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"ifSequence": "3"}))]
pub(crate) struct DeleteUserRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    user_id: Option<String>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
}

/// Erases all that is personal about a user: id, organization and the course of their history remain.
#[utoipa::path(
    delete,
    path = "/v3alpha/users/{user_id}",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = Option<DeleteUserRequest>,
    responses((status = 200, description = "The user is gone.", body = ChangedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.delete", skip_all)]
pub(crate) async fn delete_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed {
        mut user_id,
        mut safeguards,
        body,
        ..
    }: Addressed<DeleteUserRequest>,
) -> Result<Once<ChangedUser>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    safeguards.if_sequence = body.if_sequence.map(Integer::get);
    let command = DeleteUser::parse(user_id, safeguards)?;
    let outcome = api.users.delete_user(&caller, command).await?;
    Ok(Once::of(outcome))
}
