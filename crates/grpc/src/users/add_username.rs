use unlockd_application::users::{AddUsername, Outcome};
use unlockd_application::{Error, UserService};
use unlockd_proto::zitadel::user::v3alpha::{AddUsernameRequest, AddUsernameResponse};

use super::authenticators;
use super::user::details;
use crate::call::{Call, safeguards, user_id};

/// Gives a user one more name to sign in with.
#[tracing::instrument(level = "debug", name = "grpc.users.add_username", skip_all)]
pub(super) async fn add_username(
    users: &dyn UserService,
    call: Call<AddUsernameRequest>,
) -> Result<Outcome<AddUsernameResponse>, Error> {
    let user_id = user_id(call.message.user_id, call.user_in_path);
    let username = call.message.username.map(authenticators::username);
    let safeguards = safeguards(call.idempotency_keys, call.message.if_sequence);
    let command = AddUsername::parse(user_id, username, safeguards)?;
    let added = users.add_username(call.live.caller(), command).await?;
    Ok(added.map(|answer| AddUsernameResponse {
        details: Some(details(&answer.details)),
        username_id: answer.username_id.to_string(),
    }))
}
