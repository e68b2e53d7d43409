use unlockd_application::users::UnlockUser;
use unlockd_application::{Error, UserService, Violations};
use unlockd_domain::Reason;
use unlockd_proto::zitadel::user::v3alpha::{UnlockUserRequest, UnlockUserResponse};

use super::call::{Call, user_id};
use super::user::details;
use crate::destination::UserInPath;

/// Lets a locked user back in.
#[tracing::instrument(name = "grpc.users.unlock", skip_all)]
pub(super) async fn unlock_user(
    users: &dyn UserService,
    call: Call<UnlockUserRequest>,
) -> Result<UnlockUserResponse, Error> {
    let command = parse(call.message, call.user_in_path)?;
    let unlocked = users.unlock_user(&call.caller, command).await?;
    Ok(UnlockUserResponse {
        details: Some(details(&unlocked)),
    })
}

fn parse(message: UnlockUserRequest, user_in_path: Option<UserInPath>) -> Result<UnlockUser, Error> {
    let mut violations = Violations::default();
    let user_id = user_id(message.user_id, user_in_path, &mut violations);
    let reason = violations.keep("reason", Reason::parse(message.reason)).flatten();
    violations.finish(user_id.map(|user_id| UnlockUser { user_id, reason }))
}
