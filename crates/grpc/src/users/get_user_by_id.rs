use unlockd_application::users::GetUserById;
use unlockd_application::{Error, UserService, Violations};
use unlockd_proto::zitadel::user::v3alpha::{GetUserByIdRequest, GetUserByIdResponse};

use super::call::{Call, user_id};
use super::user::user;

/// Reads a user.
#[tracing::instrument(name = "grpc.users.get", skip_all)]
pub(super) async fn get_user_by_id(
    users: &dyn UserService,
    call: Call<GetUserByIdRequest>,
) -> Result<GetUserByIdResponse, Error> {
    let mut violations = Violations::default();
    let user_id = user_id(call.message.user_id, call.user_in_path, &mut violations);
    let query = violations.finish(user_id.map(|user_id| GetUserById { user_id }))?;
    let found = users.get_user_by_id(&call.caller, query).await?;
    Ok(GetUserByIdResponse {
        user: Some(user(found)?),
    })
}
