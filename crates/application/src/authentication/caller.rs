use std::sync::Arc;

use unlockd_domain::{
    ActivityEvent, ActivityKind, Actor, Grants, OrganizationId, SessionId, Source, Timestamp, User, UserId,
};

use crate::error::Error;

/// An active user with a valid token, what they may do, and where their request comes from. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    identity: Arc<Identity>,
    source: Option<Source>,
}

#[derive(Debug, PartialEq, Eq)]
struct Identity {
    user_id: UserId,
    organization: OrganizationId,
    grants: Grants,
    session: Option<CallerSession>,
}

/// The session by whose token a caller calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerSession {
    /// The session's id.
    pub id: SessionId,
    /// The fingerprint of the session's user agent, if it is known.
    pub fingerprint_id: Option<String>,
    /// True if the user must change the password before the session can be used for anything else.
    pub password_change_required: bool,
}

impl Caller {
    /// A caller, taken at their word: who builds one vouches that the user is active and has shown a valid token.
    #[must_use]
    pub fn new(user: &User, grants: Grants) -> Self {
        Self::build(user, grants, None)
    }

    /// The same by the token of a session.
    #[must_use]
    pub fn of_session(user: &User, grants: Grants, session: CallerSession) -> Self {
        Self::build(user, grants, Some(session))
    }

    fn build(user: &User, grants: Grants, session: Option<CallerSession>) -> Self {
        let (user_id, organization) = (user.id().clone(), user.organization().clone());
        let identity = Arc::new(Identity {
            user_id,
            organization,
            grants,
            session,
        });
        Self { identity, source: None }
    }

    /// Sets the source of the request. Transports do this once, where they authenticate, so that each change records it.
    #[must_use]
    pub fn from_source(self, source: Option<&Source>) -> Self {
        Self {
            source: source.cloned(),
            ..self
        }
    }

    /// Source of the request, if the transport knows it.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// The caller as the actor of an event.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User(self.user_id().clone())
    }

    /// An event of this caller's.
    pub(crate) fn activity(
        &self,
        kind: ActivityKind,
        user_id: &UserId,
        organization: &OrganizationId,
        time: Timestamp,
    ) -> ActivityEvent {
        ActivityEvent {
            kind,
            user_id: Some(user_id.clone()),
            organization: Some(organization.clone()),
            actor: self.actor(),
            time,
            source: self.source.clone(),
        }
    }

    /// Who calls.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.identity.user_id
    }

    /// The caller's own organization.
    #[must_use]
    pub fn organization(&self) -> &OrganizationId {
        &self.identity.organization
    }

    /// What tells the caller's user agent from others, if a session says so.
    #[must_use]
    pub fn fingerprint_id(&self) -> Option<&str> {
        self.identity.session.as_ref()?.fingerprint_id.as_deref()
    }

    /// The id of the session by whose token the caller calls; none for an access token.
    #[must_use]
    pub fn session_id(&self) -> Option<&SessionId> {
        self.identity.session.as_ref().map(|session| &session.id)
    }

    /// True if the caller can do nothing but change the caller's own password and end the session.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        let session = self.identity.session.as_ref();
        session.is_some_and(|session| session.password_change_required)
    }

    /// Refuses a restricted caller. Every use case asks this, or [`Caller::require`], which includes it, before it reads
    /// anything.
    pub(crate) fn require_unrestricted(&self) -> Result<(), Error> {
        if self.is_restricted() {
            Err(Error::PasswordChangeRequired)
        } else {
            Ok(())
        }
    }

    /// What the caller is granted.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.identity.grants
    }
}
