use crate::id::{OrganizationId, UserId};
use crate::lock::Lock;
use crate::sequence::Sequence;
use crate::timestamp::Timestamp;

/// A user, as far as their life goes: who owns them, whether they may come in, and why not.
///
/// Everything that changes a user is one of its transitions, which answer with a [`UserChange`](crate::UserChange) or a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User(UserRecord);

/// A user's fields in the open, for stores to write and to restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Who this is.
    pub id: UserId,
    /// The organization that owns the user.
    pub organization: OrganizationId,
    /// Where in their life the user is.
    pub state: UserState,
    /// The sequence of the last event.
    pub sequence: Sequence,
    /// Wrong passwords since the last success or unlock.
    pub failed_password_attempts: u32,
    /// The time of the first event.
    pub created_at: Timestamp,
    /// The time of the last event.
    pub changed_at: Timestamp,
}

/// Where in their life a user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserState {
    /// May come in.
    Active,
    /// Put aside.
    Inactive,
    /// Kept out, and why.
    Locked(Lock),
    /// Gone; only id, organization and history remain.
    Deleted,
}

impl UserState {
    /// The wire's name of the state (`zitadel.user.v3alpha.State`).
    #[must_use]
    pub fn wire_name(&self) -> &'static str {
        match self {
            Self::Active => "USER_STATE_ACTIVE",
            Self::Inactive => "USER_STATE_INACTIVE",
            Self::Locked(_) => "USER_STATE_LOCKED",
            Self::Deleted => "USER_STATE_DELETED",
        }
    }
}

impl User {
    /// Who this is.
    #[must_use]
    pub fn id(&self) -> &UserId {
        &self.0.id
    }

    /// The organization that owns the user.
    #[must_use]
    pub fn organization(&self) -> &OrganizationId {
        &self.0.organization
    }

    /// Where in their life the user is.
    #[must_use]
    pub fn state(&self) -> &UserState {
        &self.0.state
    }

    /// The sequence of the last event.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        self.0.sequence
    }

    /// Wrong passwords since the last success or unlock.
    #[must_use]
    pub fn failed_password_attempts(&self) -> u32 {
        self.0.failed_password_attempts
    }

    /// The time of the first event.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// The time of the last event.
    #[must_use]
    pub fn changed_at(&self) -> Timestamp {
        self.0.changed_at
    }

    /// All fields in the open, for stores.
    #[must_use]
    pub fn record(&self) -> &UserRecord {
        &self.0
    }
}

/// Restores a user from a store.
impl From<UserRecord> for User {
    fn from(record: UserRecord) -> Self {
        Self(record)
    }
}
