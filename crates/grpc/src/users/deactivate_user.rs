use unlockd_application::users::{DeactivateUser, Outcome};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{DeactivateUserRequest, DeactivateUserResponse};

use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Puts a user aside; a lock ends with it.
#[tracing::instrument(level = "debug", name = "grpc.users.deactivate", skip_all)]
pub(super) async fn deactivate_user(
    users: &dyn UserService,
    call: Call<DeactivateUserRequest>,
) -> Result<Outcome<DeactivateUserResponse>, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let command = DeactivateUser::parse(user_id, call.message.reason, safeguards)?;
    let Outcome { answer, replayed } = users.deactivate_user(call.live.caller(), command).await?;
    let answer = DeactivateUserResponse {
        details: Some(details(&answer)),
    };
    Ok(Outcome { answer, replayed })
}
