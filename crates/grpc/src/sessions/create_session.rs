use unlockd_application::sessions::CreateSessionForm;
use unlockd_application::{Error, SessionService};
use unlockd_proto::zitadel::session::v2::{CreateSessionRequest, CreateSessionResponse};

use super::{checks, user_agent};
use crate::call::{Call, unknown_safeguards};
use crate::{duration, object_details};
use unlockd_application::users::Outcome;

/// Begins a session.
#[tracing::instrument(level = "debug", name = "grpc.sessions.create", skip_all)]
pub(super) async fn create_session(
    sessions: &dyn SessionService,
    call: Call<CreateSessionRequest>,
) -> Result<Outcome<CreateSessionResponse>, Error> {
    let form = CreateSessionForm {
        checks: checks::form(call.message.checks),
        metadata: call.message.metadata.into_iter().collect(),
        challenges: checks::challenges(call.message.challenges),
        user_agent: call.message.user_agent.map(user_agent::fields),
        lifetime: call.message.lifetime.map(duration::parse),
        safeguards: unknown_safeguards(call.idempotency_keys, call.if_match),
    };
    let created = sessions.create_session(call.live.caller(), form.parse()?).await?;
    Ok(created.map(|created| CreateSessionResponse {
        details: Some(object_details::of_session(&created.details)),
        session_id: created.id.to_string(),
        session_token: created.token.expose().to_owned(),
        challenges: None,
        password_change_required: created.password_change_required,
    }))
}
