use axum::extract::State;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use unlockd_application::users::UpdateUserForm;
use unlockd_domain::UserData;
use utoipa::ToSchema;

use super::details::ChangedUser;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::integer::Integer;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once, if_sequence};

/// What is to be noted about a user. `contact` and `schemaId` are documented and not done yet: they are refused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"data": {"floor": 3}}))]
pub(crate) struct UpdateUserRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    user_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    contact: Option<IgnoredAny>,
    #[serde(alias = "schema_id")]
    schema_id: Option<String>,
    /// An object of at most 16 KiB and at most 30 levels deep, given back as it came. Needed.
    #[schema(value_type = Object)]
    data: Option<Box<RawValue>>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
}

/// Replaces what the owners note about a user.
#[utoipa::path(
    put,
    path = "/v3alpha/users/{user_id}",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = UpdateUserRequest,
    responses((status = 200, description = "It is noted.", body = ChangedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.update", skip_all)]
pub(crate) async fn update_user(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed {
        mut user_id,
        mut safeguards,
        body,
        ..
    }: Addressed<UpdateUserRequest>,
) -> Result<Once<ChangedUser>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    safeguards.if_sequence = body.if_sequence.map(Integer::get);
    let form = UpdateUserForm {
        user_id,
        has_contact: body.contact.is_some(),
        has_schema_id: body.schema_id.is_some(),
        data: body.data.map(|data| UserData::from_json(data.get())),
        safeguards,
    };
    let outcome = api.users.update_user(&caller, form.parse()?).await?;
    Ok(Once::of(outcome))
}
