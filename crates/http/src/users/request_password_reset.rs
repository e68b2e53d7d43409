use axum::Json;
use axum::extract::State;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use unlockd_application::users::{RequestPasswordResetForm, RequestedPasswordReset};
use utoipa::ToSchema;

use super::details::Details;
use crate::addressed::{Addressed, UserInPath};
use crate::authenticated::Authenticated;
use crate::integer::Integer;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, IfMatchHeader, if_sequence};

/// How the code gets to the user. `sendEmail`, which is meant when nothing is said, and `sendSms` are documented and not done
/// yet: they are refused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"returnCode": {}}))]
pub(crate) struct RequestPasswordResetRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    user_id: Option<String>,
    #[serde(alias = "send_email")]
    #[schema(value_type = Option<Object>)]
    send_email: Option<IgnoredAny>,
    #[serde(alias = "send_sms")]
    #[schema(value_type = Option<Object>)]
    send_sms: Option<IgnoredAny>,
    /// The code is returned to the caller, who gets it to the user by a way that proves who they are.
    #[serde(alias = "return_code")]
    #[schema(value_type = SetReturnCode)]
    return_code: Option<Object<SetReturnCode>>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
}

/// There is nothing more to be said.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetReturnCode {}

/// The code was made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "details": {"sequence": "4", "changeDate": "2024-06-25T13:35:39.148123Z", "resourceOwner": "default"},
    "verificationCode": "K7RMX4WD",
}))]
pub(crate) struct PasswordResetCode {
    details: Details,
    /// 8 capital letters and digits, told this once: for `verificationCode` when the password is set.
    #[schema(min_length = 8, max_length = 8)]
    verification_code: String,
}

/// Makes a code by which a user's password can be replaced.
///
/// It works for 15 minutes and five attempts, and replaces an earlier one. Codes are stored hashed, so a request that is
/// repeated under its key is answered with another code, which replaces the first.
#[utoipa::path(
    post,
    path = "/v3alpha/users/{user_id}/password/reset",
    tag = "users",
    params(UserInPath, IdempotencyKeyHeader, IfMatchHeader),
    request_body = RequestPasswordResetRequest,
    responses((status = 200, description = "The code was made.", body = PasswordResetCode)),
)]
#[tracing::instrument(level = "debug", name = "http.users.request_password_reset", skip_all)]
pub(crate) async fn request_password_reset(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Addressed {
        mut user_id,
        mut safeguards,
        body,
        ..
    }: Addressed<RequestPasswordResetRequest>,
) -> Result<Json<PasswordResetCode>, Refusal> {
    user_id.in_message = body.user_id.unwrap_or_default();
    safeguards.if_sequence = body.if_sequence.map(Integer::get);
    let form = RequestPasswordResetForm {
        user_id,
        has_send_email: body.send_email.is_some(),
        has_send_sms: body.send_sms.is_some(),
        has_return_code: body.return_code.is_some(),
        safeguards,
    };
    let requested = api.users.request_password_reset(&caller, form.parse()?).await?;
    Ok(Json(requested.into()))
}

impl From<RequestedPasswordReset> for PasswordResetCode {
    fn from(requested: RequestedPasswordReset) -> Self {
        Self {
            details: requested.details.into(),
            verification_code: requested.code.expose().to_owned(),
        }
    }
}
