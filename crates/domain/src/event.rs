use crate::actor::Actor;
use crate::id::{OrganizationId, UserId};
use crate::lock::{LockCause, Reason};
use crate::sequence::Sequence;
use crate::timestamp::Timestamp;

/// One fact in the history of a user. Never changed once written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserEvent {
    /// Whose history this belongs to.
    pub user_id: UserId,
    /// The place in that history.
    pub sequence: Sequence,
    /// What happened.
    pub kind: UserEventKind,
    /// The organization that owned the user then.
    pub organization: OrganizationId,
    /// Who did it.
    pub actor: Actor,
    /// When it was decided; never before the event in front of it.
    pub time: Timestamp,
}

/// What can happen to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserEventKind {
    /// The user came to be, active. What it is called and how it signs in is in its profile, not in its history: history
    /// outlives the erasure of personal data.
    Created,
    /// The user was locked.
    Locked {
        /// What brought it about.
        cause: LockCause,
        /// What was said about it.
        reason: Option<Reason>,
        /// When the lock was set to end.
        until: Option<Timestamp>,
    },
    /// The lock was lifted.
    Unlocked {
        /// What was said about it.
        reason: Option<Reason>,
    },
}

impl UserEventKind {
    /// The stored name, also shown to people: `user.created`, `user.locked`, `user.unlocked`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "user.created",
            Self::Locked { .. } => "user.locked",
            Self::Unlocked { .. } => "user.unlocked",
        }
    }
}
