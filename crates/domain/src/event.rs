use thiserror::Error;

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

/// What a stored event says does not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no event {name:?} with these details is known")]
pub struct UnknownUserEvent {
    /// The stored name.
    pub name: String,
}

impl UserEventKind {
    /// The kind that was stored under this name, with these details.
    ///
    /// # Errors
    /// [`UnknownUserEvent`] for a name that no kind has, and for a lock without a cause.
    pub fn restore(
        name: &str,
        reason: Option<Reason>,
        lock_cause: Option<LockCause>,
        lock_until: Option<Timestamp>,
    ) -> Result<Self, UnknownUserEvent> {
        match (name, lock_cause) {
            ("user.created", None) => Ok(Self::Created),
            ("user.locked", Some(cause)) => Ok(Self::Locked {
                cause,
                reason,
                until: lock_until,
            }),
            ("user.unlocked", None) => Ok(Self::Unlocked { reason }),
            _ => Err(UnknownUserEvent { name: name.to_owned() }),
        }
    }

    /// The stored name, also shown to people: `user.created`, `user.locked`, `user.unlocked`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "user.created",
            Self::Locked { .. } => "user.locked",
            Self::Unlocked { .. } => "user.unlocked",
        }
    }

    /// What was said about it.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Created => None,
            Self::Locked { reason, .. } | Self::Unlocked { reason } => reason.as_ref(),
        }
    }

    /// What brought the lock about, of a lock.
    #[must_use]
    pub fn lock_cause(&self) -> Option<LockCause> {
        match self {
            Self::Locked { cause, .. } => Some(*cause),
            Self::Created | Self::Unlocked { .. } => None,
        }
    }

    /// When the lock was set to end, of a lock.
    #[must_use]
    pub fn lock_until(&self) -> Option<Timestamp> {
        match self {
            Self::Locked { until, .. } => *until,
            Self::Created | Self::Unlocked { .. } => None,
        }
    }
}
