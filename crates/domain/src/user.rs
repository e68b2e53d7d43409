use crate::id::{OrganizationId, UserId};
use crate::lock::{Lock, LockScope};
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
    /// Wrong passwords since they were forgotten the last time, each as the moment from which on it does not count any more;
    /// in the order of the failures, the last [`AttemptLimit::MAX`](crate::AttemptLimit::MAX) of them.
    pub password_failures: Vec<Timestamp>,
    /// Locks by the policy since the last success or proven password reset.
    pub policy_locks: u32,
    /// The last time that a lock ended, or that somebody decided, or proved, that earlier failures do not matter; what was
    /// counted elsewhere up to this moment does not count either.
    pub failures_forgotten_at: Option<Timestamp>,
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

    /// Where in their life the user is at this moment: a lock whose time is over is none, whether or not that has been written
    /// down.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> &UserState {
        match &self.0.state {
            UserState::Locked(lock) if lock.has_expired(now) => &UserState::Active,
            state @ (UserState::Active | UserState::Inactive | UserState::Locked(_) | UserState::Deleted) => state,
        }
    }

    /// Whether sessions and access tokens of the user work at this moment.
    #[must_use]
    pub fn may_use_tokens(&self, now: Timestamp) -> bool {
        match self.state(now) {
            UserState::Active => true,
            UserState::Locked(lock) => lock.scope == LockScope::SignIn,
            UserState::Inactive | UserState::Deleted => false,
        }
    }

    /// Whether the user is gone.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.0.state == UserState::Deleted
    }

    /// Whether the user is locked by a lock whose time is over.
    #[must_use]
    pub fn has_expired_lock(&self, now: Timestamp) -> bool {
        matches!(&self.0.state, UserState::Locked(lock) if lock.has_expired(now))
    }

    /// The sequence of the last event.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        self.0.sequence
    }

    /// How many wrong passwords count at this moment.
    #[must_use]
    pub fn failed_password_attempts(&self, now: Timestamp) -> u32 {
        if self.has_expired_lock(now) {
            return 0;
        }
        let counting = self.0.password_failures.iter().filter(|until| now < **until).count();
        u32::try_from(counting).unwrap_or(u32::MAX)
    }

    /// The last time from which on earlier failures do not matter. The end of a lock is one, whether or not it has been
    /// written down.
    #[must_use]
    pub fn failures_forgotten_at(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.0.state {
            UserState::Locked(lock) if lock.has_expired(now) => self.0.failures_forgotten_at.max(lock.until),
            UserState::Active | UserState::Inactive | UserState::Locked(_) | UserState::Deleted => {
                self.0.failures_forgotten_at
            }
        }
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
