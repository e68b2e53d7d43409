use unlockd_application::users::{Outcome, UnlockUser};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{UnlockUserRequest, UnlockUserResponse};

use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Lets a locked user back in.
#[tracing::instrument(level = "debug", name = "grpc.users.unlock", skip_all)]
pub(super) async fn unlock_user(
    users: &dyn UserService,
    call: Call<UnlockUserRequest>,
) -> Result<Outcome<UnlockUserResponse>, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let command = UnlockUser::parse(user_id, call.message.reason, safeguards)?;
    let Outcome { answer, replayed } = users.unlock_user(call.live.caller(), command).await?;
    let answer = UnlockUserResponse {
        details: Some(details(&answer)),
    };
    Ok(Outcome { answer, replayed })
}
