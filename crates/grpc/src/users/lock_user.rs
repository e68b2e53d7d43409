use unlockd_application::users::LockUser;
use unlockd_application::{Error, UserService, Violations};
use unlockd_domain::Reason;
use unlockd_proto::zitadel::user::v3alpha::{LockUserRequest, LockUserResponse};

use super::call::{Call, user_id};
use super::timestamp;
use super::user::details;
use crate::destination::UserInPath;

/// Keeps an active user out.
#[tracing::instrument(name = "grpc.users.lock", skip_all)]
pub(super) async fn lock_user(users: &dyn UserService, call: Call<LockUserRequest>) -> Result<LockUserResponse, Error> {
    let command = parse(call.message, call.user_in_path)?;
    let locked = users.lock_user(&call.caller, command).await?;
    Ok(LockUserResponse {
        details: Some(details(&locked)),
    })
}

fn parse(message: LockUserRequest, user_in_path: Option<UserInPath>) -> Result<LockUser, Error> {
    let mut violations = Violations::default();
    let user_id = user_id(message.user_id, user_in_path, &mut violations);
    let reason = violations.keep("reason", Reason::parse(message.reason)).flatten();
    let until = message
        .locked_until
        .and_then(|until| violations.keep("locked_until", timestamp::parse(until)));
    violations.finish(user_id.map(|user_id| LockUser { user_id, reason, until }))
}
