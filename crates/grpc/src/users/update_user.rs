use unlockd_application::users::{Outcome, UpdateUserForm};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{UpdateUserRequest, UpdateUserResponse};

use super::struct_data;
use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Replaces what the owners note about a user.
#[tracing::instrument(level = "debug", name = "grpc.users.update", skip_all)]
pub(super) async fn update_user(
    users: &dyn UserService,
    call: Call<UpdateUserRequest>,
) -> Result<Outcome<UpdateUserResponse>, Error> {
    let form = UpdateUserForm {
        user_id: user_id(call.message.user_id, call.user_in_path),
        has_contact: call.message.contact.is_some(),
        has_schema_id: call.message.schema_id.is_some(),
        data: call.message.data.map(struct_data::to_user_data),
        safeguards: safeguards(call.idempotency_keys, call.message.if_sequence),
    };
    let updated = users.update_user(call.live.caller(), form.parse()?).await?;
    Ok(updated.map(|answer| UpdateUserResponse {
        details: Some(details(&answer)),
        email_code: None,
        phone_code: None,
    }))
}
