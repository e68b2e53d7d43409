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
}

impl Caller {
    /// A caller, taken at their word: who builds one vouches that the user is active and has shown a valid token.
    #[must_use]
    pub fn new(user: &User, grants: Grants) -> Self {
        let (user_id, organization) = (user.id().clone(), user.organization().clone());
        Self(Arc::new(Identity {
            user_id,
            organization,
            grants,
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

    /// What the caller is granted.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.0.grants
    }
}
