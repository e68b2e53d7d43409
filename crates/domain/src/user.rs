use thiserror::Error;

use crate::actor::Actor;
use crate::event::{UserEvent, UserEventKind};
use crate::id::{OrganizationId, UserId};
use crate::lock::{Lock, LockOrder, Reason};
use crate::sequence::Sequence;
use crate::timestamp::Timestamp;

/// A user, as far as their life goes: who owns them, whether they may come in, and why not.
///
/// Everything that changes a user goes through here and answers with a [`UserChange`] or a refusal.
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

/// A decided change: the event, and the user after it. Only the transitions of [`User`] make one, so the two always agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChange {
    after: User,
    event: UserEvent,
}

/// Why a user cannot be locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LockRefusal {
    /// The user is locked already.
    #[error("the user is locked already")]
    AlreadyLocked,
    /// The user is inactive or deleted.
    #[error("the user is not active")]
    NotActive,
    /// The lock is to end at a moment that has passed.
    #[error("the end of the lock must lie in the future")]
    UntilNotInFuture,
}

/// The user cannot be unlocked, not being locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the user is not locked")]
pub struct NotLocked;

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
    /// A new, active user.
    #[must_use]
    pub fn create(id: UserId, organization: OrganizationId, actor: Actor, now: Timestamp) -> UserChange {
        let event = UserEvent {
            user_id: id,
            sequence: Sequence::FIRST,
            kind: UserEventKind::Created,
            organization,
            actor,
            time: now,
        };
        UserChange {
            after: Self::created(&event),
            event,
        }
    }

    /// Locks an active user.
    ///
    /// # Errors
    /// [`LockRefusal`] when the user is not active, or when the lock would end before it begins.
    pub fn lock(&self, order: LockOrder, actor: Actor, now: Timestamp) -> Result<UserChange, LockRefusal> {
        match self.state() {
            UserState::Active => {}
            UserState::Locked(_) => return Err(LockRefusal::AlreadyLocked),
            UserState::Inactive | UserState::Deleted => return Err(LockRefusal::NotActive),
        }
        let time = self.time_of_next_event(now);
        if order.until.is_some_and(|until| until <= time) {
            return Err(LockRefusal::UntilNotInFuture);
        }
        let LockOrder { cause, reason, until } = order;
        Ok(self.change(UserEventKind::Locked { cause, reason, until }, actor, time))
    }

    /// Lets a locked user back in and forgets the failed password attempts.
    ///
    /// # Errors
    /// [`NotLocked`] for a user in any other state.
    pub fn unlock(&self, reason: Option<Reason>, actor: Actor, now: Timestamp) -> Result<UserChange, NotLocked> {
        match self.state() {
            UserState::Locked(_) => {
                Ok(self.change(UserEventKind::Unlocked { reason }, actor, self.time_of_next_event(now)))
            }
            UserState::Active | UserState::Inactive | UserState::Deleted => Err(NotLocked),
        }
    }

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
            let legal = match event.kind {
                UserEventKind::Created => false,
                UserEventKind::Locked { .. } => *user.state() == UserState::Active,
                UserEventKind::Unlocked { .. } => matches!(user.state(), UserState::Locked(_)),
            };
            if legal {
                Ok(user.after(event))
            } else {
                Err(ReplayError::IllegalTransition(event.sequence))
            }
        })
    }

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

    /// Replicas' clocks differ: an event is never dated before the one in front of it.
    fn time_of_next_event(&self, now: Timestamp) -> Timestamp {
        now.max(self.changed_at())
    }

    fn change(&self, kind: UserEventKind, actor: Actor, time: Timestamp) -> UserChange {
        let event = UserEvent {
            user_id: self.id().clone(),
            sequence: self.sequence().next(),
            kind,
            organization: self.organization().clone(),
            actor,
            time,
        };
        UserChange {
            after: self.after(&event),
            event,
        }
    }

    fn created(event: &UserEvent) -> Self {
        Self(UserRecord {
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
    fn after(&self, event: &UserEvent) -> Self {
        let mut next = UserRecord {
            sequence: event.sequence,
            changed_at: event.time,
            ..self.0.clone()
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
        }
        Self(next)
    }
}

/// Restores a user from a store.
impl From<UserRecord> for User {
    fn from(record: UserRecord) -> Self {
        Self(record)
    }
}

impl UserChange {
    /// The user after the change.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.after
    }

    /// What is to be appended to the history.
    #[must_use]
    pub fn event(&self) -> &UserEvent {
        &self.event
    }

    /// The sequence the stored user must still have for the change to apply; none for a new user.
    #[must_use]
    pub fn expected_sequence(&self) -> Option<Sequence> {
        self.event.sequence.previous()
    }

    /// Whether the change takes the user out of service, so that it needs another active instance owner to remain.
    #[must_use]
    pub fn ends_activity(&self) -> bool {
        self.after.0.state != UserState::Active
    }
}
