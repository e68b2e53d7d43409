use std::sync::Arc;

use unlockd_domain::{Grants, OrganizationId, User, UserId};

/// An active user with a valid token, and what they may do. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(Arc<Identity>);

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
        Self(Arc::new(Identity {
            user_id,
            organization,
            grants,
            fingerprint_id,
        }))
    }

    /// Who calls.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.0.user_id
    }

    /// The caller's own organization.
    #[must_use]
    pub fn organization(&self) -> &OrganizationId {
        &self.0.organization
    }

    /// What tells the caller's user agent from others, if a session says so.
    #[must_use]
    pub fn fingerprint_id(&self) -> Option<&str> {
        self.0.fingerprint_id.as_deref()
    }

    /// What the caller is granted.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.0.grants
    }
}
