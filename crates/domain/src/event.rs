use thiserror::Error;

use crate::actor::Actor;
use crate::authorization::Grant;
use crate::event_name::{UnknownUserEventName, UserEventName};
use crate::id::{OrganizationId, UserId};
use crate::lock::{LockCause, LockScope, Reason, UnlockCause};
use crate::sequence::Sequence;
use crate::source::Source;
use crate::timestamp::Timestamp;

/// One fact in the history of a user. Never changed once written, but for the erasure of what people have typed when the user
/// is deleted.
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
    /// When it was decided, or when it came about by itself; never before the event in front of it.
    pub time: Timestamp,
    /// Where the request came from that led to it: of sign-ins and what follows from them, and of passwords and codes that are
    /// set. Erased when the user is deleted.
    pub source: Option<Source>,
}

/// What can happen to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserEventKind {
    /// The user came to be, active. What it is called and how it signs in is in its profile, not in its history: history
    /// outlives the erasure of personal data.
    Created,
    /// What the owners note about the user was changed.
    Updated,
    /// The user was locked.
    Locked {
        /// What brought it about.
        cause: LockCause,
        /// What was said about it.
        reason: Option<Reason>,
        /// When the lock was set to end.
        until: Option<Timestamp>,
        /// The uses that the lock bars.
        scope: LockScope,
    },
    /// The lock was lifted.
    Unlocked {
        /// What brought it about.
        cause: UnlockCause,
        /// What was said about it.
        reason: Option<Reason>,
    },
    /// The user was put aside; a lock ended with it.
    Deactivated {
        /// What was said about it.
        reason: Option<Reason>,
    },
    /// The user was taken back into service.
    Reactivated {
        /// What was said about it.
        reason: Option<Reason>,
    },
    /// The user is gone, with all that was personal.
    Deleted,
    /// The user got one more name to sign in with.
    UsernameAdded,
    /// The user lost a name to sign in with.
    UsernameRemoved,
    /// The user got another password.
    PasswordChanged,
    /// The user has shown their password, and all failures before are forgotten.
    PasswordCheckSucceeded,
    /// Somebody has tried a wrong password.
    PasswordCheckFailed {
        /// The moment from which on the failure does not count any more.
        counts_until: Timestamp,
    },
    /// A code was made by which the password can be replaced.
    PasswordResetRequested,
    /// Somebody has tried a wrong code.
    PasswordResetFailed,
    /// The user was granted a role.
    RoleGranted {
        /// The role, and where it holds.
        grant: Grant,
    },
    /// The user lost a role.
    RoleRemoved {
        /// The role, and where it held.
        grant: Grant,
    },
}

/// What stores keep of an event's kind, beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredEventDetails {
    /// [`UserEventKind::reason`]
    pub reason: Option<Reason>,
    /// [`UserEventKind::lock_cause`]
    pub lock_cause: Option<LockCause>,
    /// [`UserEventKind::lock_until`]
    pub lock_until: Option<Timestamp>,
    /// [`UserEventKind::lock_scope`]
    pub lock_scope: Option<LockScope>,
    /// [`UserEventKind::unlock_cause`]
    pub unlock_cause: Option<UnlockCause>,
    /// [`UserEventKind::counts_until`]
    pub counts_until: Option<Timestamp>,
    /// [`UserEventKind::grant`]
    pub grant: Option<Grant>,
}

/// What a stored event says does not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no event {name:?} with these details is known")]
pub struct UnknownUserEvent {
    /// The stored name.
    pub name: String,
}

impl UserEvent {
    /// The same without what is personal: what is left of it when its user is deleted.
    #[must_use]
    pub fn erased(self) -> Self {
        Self {
            kind: self.kind.without_reason(),
            source: None,
            ..self
        }
    }
}

impl UserEventKind {
    /// The kind that was stored under this name, with these details.
    ///
    /// # Errors
    /// [`UnknownUserEvent`] for a name that no kind has, and for details that do not go with it.
    pub fn restore(name: &str, details: StoredEventDetails) -> Result<Self, UnknownUserEvent> {
        let unknown = || UnknownUserEvent { name: name.to_owned() };
        let StoredEventDetails {
            reason,
            lock_cause,
            lock_until,
            lock_scope,
            unlock_cause,
            counts_until,
            grant,
        } = details;
        let kind = match name.parse().map_err(|UnknownUserEventName| unknown())? {
            UserEventName::Locked => Self::Locked {
                cause: lock_cause.ok_or_else(unknown)?,
                reason,
                until: lock_until,
                scope: lock_scope.ok_or_else(unknown)?,
            },
            UserEventName::Unlocked => Self::Unlocked {
                cause: unlock_cause.ok_or_else(unknown)?,
                reason,
            },
            UserEventName::PasswordCheckFailed => Self::PasswordCheckFailed {
                counts_until: counts_until.ok_or_else(unknown)?,
            },
            UserEventName::Deactivated => Self::Deactivated { reason },
            UserEventName::Reactivated => Self::Reactivated { reason },
            UserEventName::Created => Self::Created,
            UserEventName::Updated => Self::Updated,
            UserEventName::Deleted => Self::Deleted,
            UserEventName::UsernameAdded => Self::UsernameAdded,
            UserEventName::UsernameRemoved => Self::UsernameRemoved,
            UserEventName::PasswordChanged => Self::PasswordChanged,
            UserEventName::PasswordCheckSucceeded => Self::PasswordCheckSucceeded,
            UserEventName::PasswordResetRequested => Self::PasswordResetRequested,
            UserEventName::PasswordResetFailed => Self::PasswordResetFailed,
            UserEventName::RoleGranted => Self::RoleGranted {
                grant: grant.clone().ok_or_else(unknown)?,
            },
            UserEventName::RoleRemoved => Self::RoleRemoved {
                grant: grant.clone().ok_or_else(unknown)?,
            },
        };
        let fits = kind.lock_cause() == lock_cause
            && kind.lock_scope() == lock_scope
            && kind.unlock_cause() == unlock_cause
            && kind.counts_until() == counts_until
            && kind.grant() == grant.as_ref();
        if fits { Ok(kind) } else { Err(unknown()) }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> UserEventName {
        match self {
            Self::Created => UserEventName::Created,
            Self::Updated => UserEventName::Updated,
            Self::Locked { .. } => UserEventName::Locked,
            Self::Unlocked { .. } => UserEventName::Unlocked,
            Self::Deactivated { .. } => UserEventName::Deactivated,
            Self::Reactivated { .. } => UserEventName::Reactivated,
            Self::Deleted => UserEventName::Deleted,
            Self::UsernameAdded => UserEventName::UsernameAdded,
            Self::UsernameRemoved => UserEventName::UsernameRemoved,
            Self::PasswordChanged => UserEventName::PasswordChanged,
            Self::PasswordCheckSucceeded => UserEventName::PasswordCheckSucceeded,
            Self::PasswordCheckFailed { .. } => UserEventName::PasswordCheckFailed,
            Self::PasswordResetRequested => UserEventName::PasswordResetRequested,
            Self::PasswordResetFailed => UserEventName::PasswordResetFailed,
            Self::RoleGranted { .. } => UserEventName::RoleGranted,
            Self::RoleRemoved { .. } => UserEventName::RoleRemoved,
        }
    }

    /// What was said about it.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Locked { reason, .. }
            | Self::Unlocked { reason, .. }
            | Self::Deactivated { reason }
            | Self::Reactivated { reason } => reason.as_ref(),
            Self::Created
            | Self::Updated
            | Self::Deleted
            | Self::UsernameAdded
            | Self::UsernameRemoved
            | Self::PasswordChanged
            | Self::PasswordCheckSucceeded
            | Self::PasswordCheckFailed { .. }
            | Self::PasswordResetRequested
            | Self::PasswordResetFailed
            | Self::RoleGranted { .. }
            | Self::RoleRemoved { .. } => None,
        }
    }

    /// What brought the lock about, of a lock.
    #[must_use]
    pub fn lock_cause(&self) -> Option<LockCause> {
        self.lock().map(|(cause, _, _)| cause)
    }

    /// When the lock was set to end, of a lock.
    #[must_use]
    pub fn lock_until(&self) -> Option<Timestamp> {
        self.lock().and_then(|(_, until, _)| until)
    }

    /// The uses that the lock bars, of a lock.
    #[must_use]
    pub fn lock_scope(&self) -> Option<LockScope> {
        self.lock().map(|(_, _, scope)| scope)
    }

    /// What ended the lock, of an unlock.
    #[must_use]
    pub fn unlock_cause(&self) -> Option<UnlockCause> {
        if let Self::Unlocked { cause, .. } = self {
            Some(*cause)
        } else {
            None
        }
    }

    /// The moment from which on a failure does not count any more.
    #[must_use]
    pub fn counts_until(&self) -> Option<Timestamp> {
        if let Self::PasswordCheckFailed { counts_until } = self {
            Some(*counts_until)
        } else {
            None
        }
    }

    /// The role that was granted or removed, and where it holds.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        if let Self::RoleGranted { grant } | Self::RoleRemoved { grant } = self {
            Some(grant)
        } else {
            None
        }
    }

    fn lock(&self) -> Option<(LockCause, Option<Timestamp>, LockScope)> {
        match self {
            Self::Locked {
                cause, until, scope, ..
            } => Some((*cause, *until, *scope)),
            Self::Created
            | Self::Updated
            | Self::Unlocked { .. }
            | Self::Deactivated { .. }
            | Self::Reactivated { .. }
            | Self::Deleted
            | Self::UsernameAdded
            | Self::UsernameRemoved
            | Self::PasswordChanged
            | Self::PasswordCheckSucceeded
            | Self::PasswordCheckFailed { .. }
            | Self::PasswordResetRequested
            | Self::PasswordResetFailed
            | Self::RoleGranted { .. }
            | Self::RoleRemoved { .. } => None,
        }
    }

    /// The same without what people have typed: what is left of it when its user is deleted.
    #[must_use]
    pub fn without_reason(self) -> Self {
        match self {
            Self::Locked {
                cause, until, scope, ..
            } => Self::Locked {
                cause,
                reason: None,
                until,
                scope,
            },
            Self::Unlocked { cause, .. } => Self::Unlocked { cause, reason: None },
            Self::Deactivated { .. } => Self::Deactivated { reason: None },
            Self::Reactivated { .. } => Self::Reactivated { reason: None },
            other @ (Self::Created
            | Self::Updated
            | Self::Deleted
            | Self::UsernameAdded
            | Self::UsernameRemoved
            | Self::PasswordChanged
            | Self::PasswordCheckSucceeded
            | Self::PasswordCheckFailed { .. }
            | Self::PasswordResetRequested
            | Self::PasswordResetFailed
            | Self::RoleGranted { .. }
            | Self::RoleRemoved { .. }) => other,
        }
    }

    /// Whether sessions and access tokens of the user stop working with it.
    #[must_use]
    pub fn ends_use(&self) -> bool {
        self.ends_activity() && self.lock_scope() != Some(LockScope::SignIn)
    }

    /// Whether it takes the user out of service, so that another active instance owner has to remain.
    #[must_use]
    pub fn ends_activity(&self) -> bool {
        match self {
            Self::Locked { .. } | Self::Deactivated { .. } | Self::Deleted => true,
            Self::Created
            | Self::Updated
            | Self::Unlocked { .. }
            | Self::Reactivated { .. }
            | Self::UsernameAdded
            | Self::UsernameRemoved
            | Self::PasswordChanged
            | Self::PasswordCheckSucceeded
            | Self::PasswordCheckFailed { .. }
            | Self::PasswordResetRequested
            | Self::PasswordResetFailed
            | Self::RoleGranted { .. }
            | Self::RoleRemoved { .. } => false,
        }
    }
}
