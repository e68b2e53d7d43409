use unlockd_application::sessions::SetSessionForm;
use unlockd_application::{Error, SessionService};
use unlockd_proto::zitadel::session::v2::{SetSessionRequest, SetSessionResponse};

use super::{checks, session_id};
use crate::call::{Call, unknown_safeguards};
use crate::{duration, object_details};
use unlockd_application::users::Outcome;

/// Goes on with a session.
#[tracing::instrument(level = "debug", name = "grpc.sessions.set", skip_all)]
pub(super) async fn set_session(
    sessions: &dyn SessionService,
    call: Call<SetSessionRequest>,
) -> Result<Outcome<SetSessionResponse>, Error> {
    let form = SetSessionForm {
        session_id: session_id(call.message.session_id),
        session_token: call.message.session_token,
        checks: checks::form(call.message.checks),
        metadata: call.message.metadata.into_iter().collect(),
        challenges: checks::challenges(call.message.challenges),
        lifetime: call.message.lifetime.map(duration::parse),
        safeguards: unknown_safeguards(call.idempotency_keys, call.if_match),
    };
    let set = sessions.set_session(call.live.caller(), form.parse()?).await?;
    Ok(set.map(|set| SetSessionResponse {
        details: Some(object_details::of_session(&set.details)),
        session_token: set.token.expose().to_owned(),
        challenges: None,
        password_change_required: set.password_change_required,
    }))
}
