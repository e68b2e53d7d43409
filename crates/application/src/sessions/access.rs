use unlockd_domain::{Permission, Reach, Session, SessionId, Timestamp};

use super::Sessions;
use crate::authentication::Caller;
use crate::error::Error;
use crate::ports::SecretToken;

/// By what right a caller comes to a session.
pub(super) struct Access<'a> {
    pub(super) caller: &'a Caller,
    /// The session's own token, which stands for every permission.
    pub(super) token: Option<&'a SecretToken>,
    /// What is needed without it.
    pub(super) permission: Permission,
    /// Who else may come.
    pub(super) parties: Parties,
}

/// Who may come to a session without its token and without a permission.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parties {
    /// Nobody.
    None,
    /// Whose session it is.
    Owner,
    /// The same, who began it, and who uses the same user agent.
    All,
}

impl Sessions {
    /// The session, if the caller may come to it and it may be used: whoever comes by its token learns nothing more than
    /// that the token is not valid.
    pub(super) async fn usable_session(&self, id: &SessionId, access: &Access<'_>) -> Result<Session, Error> {
        let now = self.clock.now();
        let found = self.store.find(id).await?;
        let session = match (access.token, found) {
            (Some(token), Some((session, digest))) if self.tokens.digest(token) == digest => {
                if session.has_expired(now) {
                    return Err(Error::SessionTokenRefused);
                }
                session
            }
            (Some(_), _) => return Err(Error::SessionTokenRefused),
            (None, found) => access.permitted(found.map(|(session, _)| session), id, now)?,
        };
        let Some(proof) = session.proof() else {
            return Ok(session);
        };
        match self.users.find(&proof.user_id).await? {
            Some(user) if user.may_use_tokens(now) => Ok(session),
            Some(user) if access.token.is_none() && !user.is_deleted() => Err(Error::UserNotActive {
                user_id: user.id().clone(),
                state: user.state(now).clone(),
            }),
            Some(_) | None => Err(match access.token {
                Some(_) => Error::SessionTokenRefused,
                None => Error::SessionNotFound(id.clone()),
            }),
        }
    }
}

impl Access<'_> {
    /// The session, if the caller may know that there is one.
    fn permitted(&self, found: Option<Session>, id: &SessionId, now: Timestamp) -> Result<Session, Error> {
        match found.filter(|session| !session.has_expired(now)) {
            Some(session) if self.covers(&session) => Ok(session),
            None if self.caller.grants().reach(self.permission) == Reach::Instance => {
                Err(Error::SessionNotFound(id.clone()))
            }
            Some(_) | None => Err(Error::PermissionDenied),
        }
    }

    /// Whether the caller may come to this session.
    pub(super) fn covers(&self, session: &Session) -> bool {
        let reach = self.caller.grants().reach(self.permission);
        match session.proof() {
            Some(proof) if reach.covers(&proof.organization) => true,
            None if reach == Reach::Instance => true,
            Some(_) | None => self.is_party(session),
        }
    }

    fn is_party(&self, session: &Session) -> bool {
        let (user_id, fingerprint_id) = (self.caller.user_id(), self.caller.fingerprint_id());
        let is_owner = session.proof().is_some_and(|proof| proof.user_id == *user_id);
        match self.parties {
            Parties::None => false,
            Parties::Owner => is_owner,
            Parties::All => {
                let is_same_agent = fingerprint_id.is_some() && fingerprint_id == session.fingerprint_id();
                is_owner || session.creator == *user_id || is_same_agent
            }
        }
    }
}
