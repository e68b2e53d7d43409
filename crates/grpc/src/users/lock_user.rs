use unlockd_application::users::{LockUser, Outcome};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{LockUserRequest, LockUserResponse};

use super::user::details;
use crate::call::{Call, safeguards, user_id};
use crate::timestamp;

/// Keeps an active user out.
#[tracing::instrument(level = "debug", name = "grpc.users.lock", skip_all)]
pub(super) async fn lock_user(
    users: &dyn UserService,
    call: Call<LockUserRequest>,
) -> Result<Outcome<LockUserResponse>, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let until = call.message.locked_until.map(timestamp::parse);
    let command = LockUser::parse(user_id, call.message.reason, until, call.message.replace, safeguards)?;
    let Outcome { answer, replayed } = users.lock_user(call.live.caller(), command).await?;
    let answer = LockUserResponse {
        details: Some(details(&answer)),
    };
    Ok(Outcome { answer, replayed })
}
