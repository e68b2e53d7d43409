use std::sync::Arc;

use unlockd_domain::{Actor, Grants, OrganizationId, Source, User, UserId};

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
    fingerprint_id: Option<String>,
}

impl Caller {
    /// A caller, taken at their word: who builds one vouches that the user is active and has shown a valid token.
    #[must_use]
    pub fn new(user: &User, grants: Grants) -> Self {
        Self::with_user_agent(user, grants, None)
    }

    /// The same by the token of a session, whose user agent has this fingerprint.
    #[must_use]
    pub fn with_user_agent(user: &User, grants: Grants, fingerprint_id: Option<String>) -> Self {
        let (user_id, organization) = (user.id().clone(), user.organization().clone());
        let identity = Arc::new(Identity {
            user_id,
            organization,
            grants,
            fingerprint_id,
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
        self.identity.fingerprint_id.as_deref()
    }

    /// What the caller is granted.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.identity.grants
    }
}
