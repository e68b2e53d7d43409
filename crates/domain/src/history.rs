//! What a user's events say about the user.

use thiserror::Error;

use crate::event::{UserEvent, UserEventKind};
use crate::lock::Lock;
use crate::sequence::Sequence;
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
            if user.can_be_followed_by(&event.kind) {
                Ok(user.after(event))
            } else {
                Err(ReplayError::IllegalTransition(event.sequence))
            }
        })
    }

    /// The table of legal transitions.
    fn can_be_followed_by(&self, kind: &UserEventKind) -> bool {
        let state = self.state();
        match kind {
            UserEventKind::Created => false,
            UserEventKind::Locked { .. } => *state == UserState::Active,
            UserEventKind::Unlocked { .. } => matches!(state, UserState::Locked(_)),
            UserEventKind::Deactivated { .. } => matches!(state, UserState::Active | UserState::Locked(_)),
            UserEventKind::Reactivated { .. } => *state == UserState::Inactive,
            UserEventKind::Updated
            | UserEventKind::Deleted
            | UserEventKind::UsernameAdded
            | UserEventKind::UsernameRemoved
            | UserEventKind::PasswordChanged => *state != UserState::Deleted,
        }
    }

    pub(crate) fn created(event: &UserEvent) -> Self {
        Self::from(UserRecord {
            id: event.user_id.clone(),
            organization: event.organization.clone(),
            state: UserState::Active,
            sequence: event.sequence,
            failed_password_attempts: 0,
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
            UserEventKind::Locked { cause, reason, until } => {
                next.state = UserState::Locked(Lock {
                    since: event.time,
                    cause: *cause,
                    by: event.actor.clone(),
                    reason: reason.clone(),
                    until: *until,
                });
            }
            UserEventKind::Unlocked { .. } => {
                next.state = UserState::Active;
                next.failed_password_attempts = 0;
            }
            UserEventKind::Deactivated { .. } => {
                next.state = UserState::Inactive;
                next.failed_password_attempts = 0;
            }
            UserEventKind::Reactivated { .. } => next.state = UserState::Active,
            UserEventKind::Deleted => {
                next.state = UserState::Deleted;
                next.failed_password_attempts = 0;
            }
            UserEventKind::Updated
            | UserEventKind::UsernameAdded
            | UserEventKind::UsernameRemoved
            | UserEventKind::PasswordChanged => {}
        }
        Self::from(next)
    }
}
