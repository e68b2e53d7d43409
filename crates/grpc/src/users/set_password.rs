use unlockd_application::users::{Outcome, SetPasswordForm};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::set_password_request::Verification;
use unlockd_proto::zitadel::user::v3alpha::{SetPasswordRequest, SetPasswordResponse};

use super::authenticators;
use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Replaces a user's password.
#[tracing::instrument(level = "debug", name = "grpc.users.set_password", skip_all)]
pub(super) async fn set_password(
    users: &dyn UserService,
    call: Call<SetPasswordRequest>,
) -> Result<Outcome<SetPasswordResponse>, Error> {
    let (current_password, verification_code) = match call.message.verification {
        Some(Verification::CurrentPassword(password)) => (Some(password), None),
        Some(Verification::VerificationCode(code)) => (None, Some(code)),
        None => (None, None),
    };
    let form = SetPasswordForm {
        user_id: user_id(call.message.user_id, call.user_in_path),
        new_password: call.message.new_password.map(authenticators::password),
        current_password,
        verification_code,
        safeguards: safeguards(call.idempotency_keys, call.message.if_sequence),
    };
    let set = users.set_password(call.live.caller(), form.parse()?).await?;
    Ok(set.map(|answer| SetPasswordResponse {
        details: Some(details(&answer)),
    }))
}
