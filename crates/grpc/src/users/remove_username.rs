use unlockd_application::users::{IdForm, Outcome, RemoveUsername};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{RemoveUsernameRequest, RemoveUsernameResponse};

use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Takes one of the names away that a user signs in with.
#[tracing::instrument(level = "debug", name = "grpc.users.remove_username", skip_all)]
pub(super) async fn remove_username(
    users: &dyn UserService,
    call: Call<RemoveUsernameRequest>,
) -> Result<Outcome<RemoveUsernameResponse>, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let username_id = IdForm {
        in_path: None,
        in_message: call.message.username_id,
    };
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let command = RemoveUsername::parse(user_id, username_id, safeguards)?;
    let removed = users.remove_username(call.live.caller(), command).await?;
    Ok(removed.map(|answer| RemoveUsernameResponse {
        details: Some(details(&answer)),
    }))
}
