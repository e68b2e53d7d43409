use unlockd_application::sessions::GetSession;
use unlockd_application::{Error, SessionService};
use unlockd_proto::zitadel::session::v2::{GetSessionRequest, GetSessionResponse};

use super::session::session;
use super::session_id;
use crate::call::Call;

/// Reads a session.
#[tracing::instrument(level = "debug", name = "grpc.sessions.get", skip_all)]
pub(super) async fn get_session(
    sessions: &dyn SessionService,
    call: Call<GetSessionRequest>,
) -> Result<GetSessionResponse, Error> {
    let query = GetSession::parse(session_id(call.message.session_id), call.message.session_token)?;
    let found = sessions.get_session(call.live.caller(), query).await?;
    Ok(GetSessionResponse {
        session: Some(session(found)),
    })
}
