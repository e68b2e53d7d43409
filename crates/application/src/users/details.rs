use unlockd_domain::{OrganizationId, Sequence, Timestamp, User};

/// Where a user's history stands: `zitadel.object.v2beta.Details`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The sequence of the last event.
    pub sequence: Sequence,
    /// The time of the last event.
    pub change_date: Timestamp,
    /// The organization that owns the user.
    pub resource_owner: OrganizationId,
}

impl From<&User> for Details {
    fn from(user: &User) -> Self {
        Self {
            sequence: user.sequence(),
            change_date: user.changed_at(),
            resource_owner: user.organization().clone(),
        }
    }
}
