use unlockd_application::users::LockUser;
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{LockUserRequest, LockUserResponse};

use super::call::{Call, user_id};
use super::timestamp;
use super::user::details;

/// Keeps an active user out.
#[tracing::instrument(name = "grpc.users.lock", skip_all)]
pub(super) async fn lock_user(users: &dyn UserService, call: Call<LockUserRequest>) -> Result<LockUserResponse, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let until = call.message.locked_until.map(timestamp::parse);
    let command = LockUser::parse(user_id, call.message.reason, until)?;
    let locked = users.lock_user(&call.caller, command).await?;
    Ok(LockUserResponse {
        details: Some(details(&locked)),
    })
}
