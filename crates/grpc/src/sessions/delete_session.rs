use unlockd_application::sessions::DeleteSession;
use unlockd_application::{Error, SessionService};
use unlockd_proto::zitadel::session::v2::{DeleteSessionRequest, DeleteSessionResponse};

use super::session_id;
use crate::call::{Call, unknown_safeguards};
use crate::object_details;

/// Ends a session.
#[tracing::instrument(level = "debug", name = "grpc.sessions.delete", skip_all)]
pub(super) async fn delete_session(
    sessions: &dyn SessionService,
    call: Call<DeleteSessionRequest>,
) -> Result<DeleteSessionResponse, Error> {
    let safeguards = unknown_safeguards(call.idempotency_keys, call.if_match);
    let id = session_id(call.message.session_id);
    let command = DeleteSession::parse(id, call.message.session_token, &safeguards)?;
    let ended = sessions.delete_session(call.live.caller(), command).await?;
    Ok(DeleteSessionResponse {
        details: Some(object_details::of_session(&ended)),
    })
}
