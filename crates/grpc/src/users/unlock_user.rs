use unlockd_application::users::UnlockUser;
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{UnlockUserRequest, UnlockUserResponse};

use super::call::{Call, user_id};
use super::user::details;

/// Lets a locked user back in.
#[tracing::instrument(name = "grpc.users.unlock", skip_all)]
pub(super) async fn unlock_user(
    users: &dyn UserService,
    call: Call<UnlockUserRequest>,
) -> Result<UnlockUserResponse, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let command = UnlockUser::parse(user_id, call.message.reason)?;
    let unlocked = users.unlock_user(&call.caller, command).await?;
    Ok(UnlockUserResponse {
        details: Some(details(&unlocked)),
    })
}
