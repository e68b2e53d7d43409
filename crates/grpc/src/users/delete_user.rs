use unlockd_application::users::{DeleteUser, Outcome};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{DeleteUserRequest, DeleteUserResponse};

use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Erases all that is personal about a user.
#[tracing::instrument(level = "debug", name = "grpc.users.delete", skip_all)]
pub(super) async fn delete_user(
    users: &dyn UserService,
    call: Call<DeleteUserRequest>,
) -> Result<Outcome<DeleteUserResponse>, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let command = DeleteUser::parse(user_id, safeguards)?;
    let Outcome { answer, replayed } = users.delete_user(call.live.caller(), command).await?;
    let answer = DeleteUserResponse {
        details: Some(details(&answer)),
    };
    Ok(Outcome { answer, replayed })
}
