use unlockd_domain::{
    Grants, PasswordProof, Permission, Reach, Session, SessionId, SessionRequest, Timestamp, TokenDigest,
};

use super::Sessions;
use crate::authentication::Caller;
use crate::error::Error;
use crate::ports::SecretToken;

/// By what right a caller comes to a session.
pub(super) struct Access<'a> {
    pub(super) caller: &'a Caller,
    /// The session's own token, which stands for every permission.
    pub(super) token: Option<&'a SecretToken>,
    /// The request, if it has an idempotency key. Repeated, it may show the token that it has replaced.
    pub(super) request: Option<&'a SessionRequest>,
    /// What is needed without it.
    pub(super) permission: Permission,
    /// Who else may come.
    pub(super) parties: Parties,
    /// Whether it acts on the user who has shown their password, without a new proof of who they are.
    pub(super) takes_over: bool,
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

/// A session that may be used.
pub(super) struct UsableSession {
    pub(super) session: Session,
    pub(super) digest: TokenDigest,
    /// True if its user, who has shown a password, must change it.
    pub(super) password_change_required: bool,
}

impl Sessions {
    /// The session, if the caller may come to it and it may be used: whoever comes by its token learns nothing more than
    /// that the token is not valid.
    pub(super) async fn usable_session(&self, id: &SessionId, access: &Access<'_>) -> Result<UsableSession, Error> {
        let now = self.clock.now();
        let found = self.store.find(id).await?;
        let (session, digest) = match (access.token, found) {
            (Some(token), Some((session, digest))) => {
                let shown = self.tokens.digest(token);
                let is_valid = shown == digest || access.has_replaced(&shown, &session);
                if !is_valid || session.has_expired(now) {
                    return Err(Error::SessionTokenRefused);
                }
                (session, digest)
            }
            (Some(_), None) => return Err(Error::SessionTokenRefused),
            (None, found) => access.permitted(found, id, now)?,
        };
        let Some(proof) = session.proof() else {
            return Ok(UsableSession {
                session,
                digest,
                password_change_required: false,
            });
        };
        if access.token.is_none() && access.takes_over {
            let found = self.users.find_with_grants(&proof.user_id).await?;
            let grants = found.map(|(_, grants)| grants).unwrap_or_default();
            access.permit_take_over(proof, &grants)?;
        }
        match self.users.find_with_profile(&proof.user_id).await? {
            Some((user, profile)) if user.may_use_tokens(now) => Ok(UsableSession {
                password_change_required: profile.password.is_some_and(|password| password.change_required),
                session,
                digest,
            }),
            Some((user, _)) if access.token.is_none() && !user.is_deleted() => Err(Error::UserNotActive {
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
    /// Whether this request has made the session's last change, and the token is the one that it replaced.
    fn has_replaced(&self, token: &TokenDigest, session: &Session) -> bool {
        let (Some(request), Some(last)) = (self.request, &session.request) else {
            return false;
        };
        request.key == last.key && request.digest == last.digest && last.replaced_token == Some(*token)
    }

    /// The session, if the caller may know that there is one.
    fn permitted(
        &self,
        found: Option<(Session, TokenDigest)>,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<(Session, TokenDigest), Error> {
        match found.filter(|(session, _)| !session.has_expired(now)) {
            Some((session, digest)) if self.covers(&session) => Ok((session, digest)),
            None if self.caller.grants().reach(self.permission) == Reach::Instance => {
                Err(Error::SessionNotFound(id.clone()))
            }
            Some(_) | None => Err(Error::PermissionDenied),
        }
    }

    /// A session in which a password was shown acts for its user: its new token stands for all that the user may do. So
    /// the caller needs what would let them set a new password.
    fn permit_take_over(&self, proof: &PasswordProof, grants: &Grants) -> Result<(), Error> {
        let reach = self.caller.grants().reach(Permission::UserWrite);
        if *self.caller.user_id() != proof.user_id && !reach.covers(&proof.organization) {
            return Err(Error::PermissionDenied);
        }
        self.caller.require_power_over(&proof.user_id, grants)
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
