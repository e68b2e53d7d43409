use unlockd_domain::{Permission, Session, SessionId};

use super::Sessions;
use super::access::{Access, Parties};
use crate::authentication::Caller;
use crate::error::Error;
use crate::ports::SecretToken;
use crate::users::IdForm;

/// Reads a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetSession {
    /// Which one.
    pub id: SessionId,
    /// Its token, by which anybody may read it.
    pub token: Option<SecretToken>,
}

impl GetSession {
    /// The query, from what a wire brings; an empty token is none.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when the id is no id.
    pub fn parse(id: IdForm, token: Option<String>) -> Result<Self, Error> {
        let id = id.id(SessionId::new);
        Ok(Self {
            id: id.map_err(|problem| Error::invalid("session_id", problem))?,
            token: parse_token(token),
        })
    }

    #[tracing::instrument(level = "debug", name = "application.get_session", skip_all, fields(session.id = %self.id))]
    pub(super) async fn execute(self, sessions: &Sessions, caller: &Caller) -> Result<Session, Error> {
        caller.require_unrestricted()?;
        let access = Access {
            caller,
            token: self.token.as_ref(),
            request: None,
            permission: Permission::SessionRead,
            parties: Parties::All,
            takes_over: false,
        };
        Ok(sessions.usable_session(&self.id, &access).await?.session)
    }
}

pub(super) fn parse_token(token: Option<String>) -> Option<SecretToken> {
    token.filter(|token| !token.is_empty()).map(SecretToken::new)
}
