use axum::extract::State;
use serde::Deserialize;
use unlockd_application::users::SetPasswordForm;
use utoipa::ToSchema;

use super::details::ChangedUser;
use super::set_authenticators::SetPassword;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::integer::Integer;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, Once, if_sequence};

/// The password that is to be set, and by what right: the caller's permission, the current password, or a code.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"newPassword": {"password": "correct horse battery staple", "changeRequired": true}}))]
pub(crate) struct SetPasswordRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    user_id: Option<String>,
    #[serde(alias = "new_password")]
    #[schema(value_type = SetPassword)]
    new_password: Option<Object<SetPassword>>,
    /// The password that is to be replaced. A wrong one counts, and locks, as when signing in. Not together with
    /// `verificationCode`.
    #[serde(alias = "current_password")]
    #[schema(min_length = 1, max_length = 1024)]
    current_password: Option<String>,
    /// A code that was asked for before, in any case. The right one lifts a lock of the policy; an operator's lock stays.
    #[serde(alias = "verification_code")]
    #[schema(min_length = 1, max_length = 20)]
    verification_code: Option<String>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
}

/// Replaces a user's password.
///
/// Ends the sessions of the user. One's own change with the current password leaves the session by whose token it is made.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/password",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = SetPasswordRequest,
    responses((status = 200, description = "The password is set.", body = ChangedUser)),
)]
#[tracing::instrument(level = "debug", name = "http.users.set_password", skip_all)]
pub(crate) async fn set_password(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed {
        mut user_id,
        mut safeguards,
        body,
        ..
    }: Addressed<SetPasswordRequest>,
) -> Result<Once<ChangedUser>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    safeguards.if_sequence = body.if_sequence.map(Integer::get);
    let form = SetPasswordForm {
        user_id,
        new_password: body.new_password.map(|Object(password)| password.into()),
        current_password: body.current_password,
        verification_code: body.verification_code,
        safeguards,
    };
    let outcome = api.users.set_password(&caller, form.parse()?).await?;
    Ok(Once::of(outcome))
}
