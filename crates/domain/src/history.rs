//! What a user's events say about the user.

use thiserror::Error;

use crate::event::{UserEvent, UserEventKind};
use crate::lock::{Lock, LockCause, UnlockCause};
use crate::lockout_policy::AttemptLimit;
use crate::sequence::Sequence;
use crate::timestamp::Timestamp;
use crate::user::{User, UserRecord, UserState};

/// The events are not the history of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// There is no event, or the first one is not the creation.
    #[error("a history begins with the creation of the user")]
    NoBeginning,
    /// A sequence is missing, repeated or out of order, or the event is another user's.
    #[error("the history has a gap at {0}")]
    Gap(Sequence),
    /// The event cannot follow on the state before it.
    #[error("event {0} is not a legal transition")]
    IllegalTransition(Sequence),
}

impl User {
    /// The user that a whole history leads to: what the store's current state must be equal to.
    ///
    /// # Errors
    /// [`ReplayError`] when the events are not the gapless, legal history of one user.
    pub fn replay(history: &[UserEvent]) -> Result<Self, ReplayError> {
        let Some((first, later)) = history.split_first() else {
            return Err(ReplayError::NoBeginning);
        };
        if first.kind != UserEventKind::Created || first.sequence != Sequence::FIRST {
            return Err(ReplayError::NoBeginning);
        }
        later.iter().try_fold(Self::created(first), |user, event| {
            if event.user_id != *user.id() || event.sequence != user.sequence().next() {
                return Err(ReplayError::Gap(event.sequence));
            }
            if user.can_be_followed_by(event) {
                Ok(user.after(event))
            } else {
                Err(ReplayError::IllegalTransition(event.sequence))
            }
        })
    }

    /// The table of legal transitions. A lock is one until an event says that it has ended: in old histories locks did not
    /// expire.
    fn can_be_followed_by(&self, event: &UserEvent) -> bool {
        let state = &self.record().state;
        match &event.kind {
            UserEventKind::Created => false,
            UserEventKind::Locked {
                cause: LockCause::Operator,
                ..
            } => matches!(state, UserState::Active | UserState::Locked(_)),
            UserEventKind::Locked {
                cause: LockCause::Policy,
                ..
            }
            | UserEventKind::PasswordCheckSucceeded
            | UserEventKind::PasswordCheckFailed { .. } => *state == UserState::Active,
            UserEventKind::Unlocked { cause, .. } => match (state, cause) {
                (UserState::Locked(lock), UnlockCause::Expired) => lock.has_expired(event.time),
                (UserState::Locked(lock), UnlockCause::PasswordReset | UnlockCause::PasswordChanged) => {
                    lock.cause == LockCause::Policy
                }
                (UserState::Locked(_), UnlockCause::Operator) => true,
                (UserState::Active | UserState::Inactive | UserState::Deleted, _) => false,
            },
            UserEventKind::Deactivated { .. } => matches!(state, UserState::Active | UserState::Locked(_)),
            UserEventKind::Reactivated { .. } => *state == UserState::Inactive,
            UserEventKind::Updated
            | UserEventKind::Deleted
            | UserEventKind::UsernameAdded
            | UserEventKind::UsernameRemoved
            | UserEventKind::PasswordChanged
            | UserEventKind::PasswordResetRequested
            | UserEventKind::PasswordResetFailed
            | UserEventKind::RoleGranted { .. }
            | UserEventKind::RoleRemoved { .. } => *state != UserState::Deleted,
        }
    }

    pub(crate) fn created(event: &UserEvent) -> Self {
        Self::from(UserRecord {
            id: event.user_id.clone(),
            organization: event.organization.clone(),
            state: UserState::Active,
            sequence: event.sequence,
            password_failures: Vec::new(),
            policy_locks: 0,
            failures_forgotten_at: None,
            created_at: event.time,
            changed_at: event.time,
        })
    }

    /// The one place that says what an event makes of a user.
    pub(crate) fn after(&self, event: &UserEvent) -> Self {
        let mut next = UserRecord {
            sequence: event.sequence,
            changed_at: event.time,
            ..self.record().clone()
        };
        match &event.kind {
            UserEventKind::Created => return Self::created(event),
            UserEventKind::Locked {
                cause,
                reason,
                until,
                scope,
            } => {
                next.state = UserState::Locked(Lock {
                    since: event.time,
                    cause: *cause,
                    by: event.actor.clone(),
                    reason: reason.clone(),
                    until: *until,
                    scope: *scope,
                });
                if *cause == LockCause::Policy {
                    next.policy_locks = next.policy_locks.saturating_add(1);
                }
            }
            UserEventKind::Unlocked { cause, .. } => {
                next.state = UserState::Active;
                next.password_failures.clear();
                next.failures_forgotten_at = Some(event.time);
                if *cause == UnlockCause::PasswordReset {
                    next.policy_locks = 0;
                }
            }
            UserEventKind::Deactivated { .. } => {
                next.state = UserState::Inactive;
                next.password_failures.clear();
            }
            UserEventKind::Reactivated { .. } => {
                next.state = UserState::Active;
                next.failures_forgotten_at = Some(event.time);
            }
            UserEventKind::Deleted => {
                next.state = UserState::Deleted;
                next.password_failures.clear();
                next.policy_locks = 0;
                next.failures_forgotten_at = None;
            }
            UserEventKind::PasswordChanged => {
                next.password_failures.clear();
                next.failures_forgotten_at = Some(event.time);
            }
            UserEventKind::PasswordCheckSucceeded => {
                next.password_failures.clear();
                next.policy_locks = 0;
            }
            UserEventKind::PasswordCheckFailed { counts_until } => {
                note_failure(&mut next.password_failures, *counts_until, event.time);
            }
            UserEventKind::Updated
            | UserEventKind::UsernameAdded
            | UserEventKind::UsernameRemoved
            | UserEventKind::PasswordResetRequested
            | UserEventKind::PasswordResetFailed
            | UserEventKind::RoleGranted { .. }
            | UserEventKind::RoleRemoved { .. } => {}
        }
        Self::from(next)
    }
}

/// Failures that do not count any more go; of the others the last ones stay, as many as any policy can ask for.
fn note_failure(failures: &mut Vec<Timestamp>, counts_until: Timestamp, now: Timestamp) {
    failures.retain(|until| now < *until);
    failures.push(counts_until);
    let excess = failures.len().saturating_sub(AttemptLimit::MAX as usize);
    failures.drain(..excess);
}
