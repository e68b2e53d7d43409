use unlockd_domain::{ActivityKind, Permission, Reach, Session, SessionId};

use super::access::{Access, Parties};
use super::get_session::parse_token;
use super::{SessionDetails, Sessions};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::ports::SecretToken;
use crate::users::{IdForm, SafeguardsForm};

/// Ends a session for ever. Ending it again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteSession {
    /// Which one.
    pub id: SessionId,
    /// Its token, by which anybody may end it.
    pub token: Option<SecretToken>,
}

impl DeleteSession {
    /// The command, from what a wire brings; an empty token is none.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when the id is no id, for a malformed idempotency key, and with a precondition.
    pub fn parse(id: IdForm, token: Option<String>, safeguards: &SafeguardsForm) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let id = violations.keep("session_id", id.id(SessionId::new));
        // Ending a session is repeated without harm, so the key need not be stored.
        safeguards.parse_key(&mut violations);
        violations.finish(id.map(|id| Self {
            id,
            token: parse_token(token),
        }))
    }

    #[tracing::instrument(level = "debug", name = "application.delete_session", skip_all, fields(session.id = %self.id))]
    pub(super) async fn execute(self, sessions: &Sessions, caller: &Caller) -> Result<SessionDetails, Error> {
        if caller.session_id() != Some(&self.id) {
            caller.require_unrestricted()?;
        }
        let Some(session) = self.permitted(sessions, caller).await? else {
            return Ok(SessionDetails {
                sequence: 0,
                change_date: sessions.clock.now(),
                resource_owner: None,
            });
        };
        let now = sessions.clock.now();
        let event = session.proof().map(|proof| {
            let kind = ActivityKind::SessionEnded(session.id.clone());
            caller.activity(kind, &proof.user_id, &proof.organization, now)
        });
        let deleted = sessions.store.delete(&self.id, event.as_ref()).await;
        if let Some(proof) = session.proof() {
            match &deleted {
                Ok(_) => sessions.callers.forget(&proof.user_id),
                // It may be deleted all the same.
                Err(_) => sessions.callers.doubt(&proof.user_id),
            }
        }
        deleted?;
        Ok(SessionDetails::from(&session.advanced(now)))
    }

    /// The session, if there is one; also one that has expired, or whose user may not come in. That there is none is told to
    /// whoever may end every session, and to whoever has had its token: sessions have ids that nobody guesses.
    async fn permitted(&self, sessions: &Sessions, caller: &Caller) -> Result<Option<Session>, Error> {
        let found = sessions.store.find(&self.id).await?;
        let is_at_liberty = caller.grants().reach(Permission::SessionDelete) == Reach::Instance;
        match (&self.token, found) {
            (None, None) if !is_at_liberty => Err(Error::PermissionDenied),
            (Some(_) | None, None) => Ok(None),
            (Some(token), Some((session, digest))) if sessions.tokens.digest(token) == digest => Ok(Some(session)),
            (Some(_), Some(_)) => Err(Error::SessionTokenRefused),
            (None, Some((session, _))) => {
                let access = Access {
                    caller,
                    token: None,
                    request: None,
                    permission: Permission::SessionDelete,
                    parties: Parties::Owner,
                    takes_over: false,
                };
                if !access.covers(&session) {
                    return Err(Error::PermissionDenied);
                }
                if let Some(proof) = session.proof() {
                    let found = sessions.users.find_with_grants(&proof.user_id).await?;
                    let grants = found.map(|(_, grants)| grants).unwrap_or_default();
                    caller.require_power_over(&proof.user_id, &grants)?;
                }
                Ok(Some(session))
            }
        }
    }
}
