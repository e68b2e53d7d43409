use unlockd_application::users::{Outcome, ReactivateUser};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{ReactivateUserRequest, ReactivateUserResponse};

use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Takes an inactive user back into service.
#[tracing::instrument(level = "debug", name = "grpc.users.reactivate", skip_all)]
pub(super) async fn reactivate_user(
    users: &dyn UserService,
    call: Call<ReactivateUserRequest>,
) -> Result<Outcome<ReactivateUserResponse>, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let command = ReactivateUser::parse(user_id, call.message.reason, safeguards)?;
    let Outcome { answer, replayed } = users.reactivate_user(call.live.caller(), command).await?;
    let answer = ReactivateUserResponse {
        details: Some(details(&answer)),
    };
    Ok(Outcome { answer, replayed })
}
