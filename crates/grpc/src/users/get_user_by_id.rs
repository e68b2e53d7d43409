use unlockd_application::users::GetUserById;
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{GetUserByIdRequest, GetUserByIdResponse};

use super::user::user;
use crate::call::{Call, user_id};

/// Reads a user.
#[tracing::instrument(level = "debug", name = "grpc.users.get", skip_all)]
pub(super) async fn get_user_by_id(
    users: &dyn UserService,
    call: Call<GetUserByIdRequest>,
) -> Result<GetUserByIdResponse, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path).parse()?;
    let found = users
        .get_user_by_id(call.live.caller(), GetUserById { user_id })
        .await?;
    Ok(GetUserByIdResponse {
        user: Some(user(found)?),
    })
}
