use unlockd_application::users::RequestPasswordResetForm;
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::request_password_reset_request::Medium;
use unlockd_proto::zitadel::user::v3alpha::{RequestPasswordResetRequest, RequestPasswordResetResponse};

use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Makes a code by which a user's password can be replaced.
#[tracing::instrument(level = "debug", name = "grpc.users.request_password_reset", skip_all)]
pub(super) async fn request_password_reset(
    users: &dyn UserService,
    call: Call<RequestPasswordResetRequest>,
) -> Result<RequestPasswordResetResponse, Error> {
    let medium = call.message.medium;
    let form = RequestPasswordResetForm {
        user_id: user_id(call.message.user_id, call.user_in_path),
        has_send_email: matches!(medium, Some(Medium::SendEmail(_))),
        has_send_sms: matches!(medium, Some(Medium::SendSms(_))),
        has_return_code: matches!(medium, Some(Medium::ReturnCode(_))),
        safeguards: safeguards(call.idempotency_keys, call.message.if_sequence),
    };
    let requested = users.request_password_reset(call.live.caller(), form.parse()?).await?;
    Ok(RequestPasswordResetResponse {
        details: Some(details(&requested.details)),
        verification_code: Some(requested.code.expose().to_owned()),
    })
}
