//! What signing in does to a user, and when it is refused.

use thiserror::Error;

use crate::actor::Actor;
use crate::course::Course;
use crate::event::UserEventKind;
use crate::lock::{LockCause, UnlockCause};
use crate::lockout_policy::LockoutPolicy;
use crate::password::{PasswordHash, StoredPassword};
use crate::password_reset::PasswordReset;
use crate::timestamp::Timestamp;
use crate::transitions::UserDeleted;
use crate::user::{User, UserState};
use crate::user_change::{ProfileEdit, UserChange};

/// No password of the user may be tried: they are not active, or too many wrong ones were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no password of the user may be tried")]
pub struct SignInRefused;

impl User {
    /// Whether a password of the user may be tried. Those who cannot be locked although too many attempts have failed, being
    /// the last instance owner, are spared guesses all the same, until failures stop to count.
    #[must_use]
    pub fn admits_password_check(&self, policy: &LockoutPolicy, now: Timestamp) -> bool {
        let limit = policy.max_password_attempts.limit();
        *self.state(now) == UserState::Active && limit.is_none_or(|limit| self.failed_password_attempts(now) < limit)
    }

    /// The right password was shown: failures are forgotten. With a hash, that of the password is replaced by it.
    ///
    /// # Errors
    /// [`SignInRefused`] when no password may be tried.
    pub fn pass_password_check(
        &self,
        policy: &LockoutPolicy,
        rehashed: Option<PasswordHash>,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, SignInRefused> {
        if !self.admits_password_check(policy, now) {
            return Err(SignInRefused);
        }
        let change = Course::begin(self, now)
            .then(UserEventKind::PasswordCheckSucceeded, actor)
            .finish();
        Ok(UserChange {
            profile_edit: rehashed.map(ProfileEdit::Rehash),
            ..change
        })
    }

    /// A wrong password was shown. If it is one too many, the policy locks the user, unless they cannot be spared.
    ///
    /// # Errors
    /// [`SignInRefused`] when no password may be tried.
    pub fn fail_password_check(
        &self,
        policy: &LockoutPolicy,
        can_be_spared: bool,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, SignInRefused> {
        if !self.admits_password_check(policy, now) {
            return Err(SignInRefused);
        }
        // Behind a clock that was ahead each failure counts as long as any other, and they add up.
        let counts_until = self.time_of_next_event(now).saturating_add(policy.attempt_window.get());
        let failed = Course::begin(self, now).then(UserEventKind::PasswordCheckFailed { counts_until }, actor);
        let user = failed.user();
        if user.admits_password_check(policy, now) || !can_be_spared {
            return Ok(failed.finish());
        }
        let locked = user.lock_of_policy(policy, user.time_of_next_event(now));
        Ok(failed.then(locked, Actor::System).finish())
    }

    /// Locks an active user of whom too many wrong passwords count already: the policy has become stricter since. Nothing to do
    /// for anybody else.
    #[must_use]
    pub fn lock_for_failures(&self, policy: &LockoutPolicy, now: Timestamp) -> Option<UserChange> {
        let is_due = *self.state(now) == UserState::Active && !self.admits_password_check(policy, now);
        is_due.then(|| {
            let since = self.time_of_next_event(now);
            Course::begin(self, now)
                .then(self.lock_of_policy(policy, since), Actor::System)
                .finish()
        })
    }

    /// A lock, as long as the policy says after those before.
    fn lock_of_policy(&self, policy: &LockoutPolicy, since: Timestamp) -> UserEventKind {
        UserEventKind::Locked {
            cause: LockCause::Policy,
            reason: None,
            until: policy
                .lock_span(self.record().policy_locks)
                .map(|span| since.saturating_add(span)),
            scope: policy.lock_scope(),
        }
    }

    /// A code was made by which the password can be replaced. It takes the place of an earlier one.
    ///
    /// # Errors
    /// [`UserDeleted`] for a user who is gone.
    pub fn request_password_reset(
        &self,
        reset: PasswordReset,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, UserDeleted> {
        self.edit(UserEventKind::PasswordResetRequested, actor, now, |_| {
            ProfileEdit::SetPasswordReset(Some(reset))
        })
    }

    /// A wrong code was shown for the one that is open.
    ///
    /// # Errors
    /// [`UserDeleted`] for a user who is gone.
    pub fn fail_password_reset(
        &self,
        open: &PasswordReset,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, UserDeleted> {
        self.edit(UserEventKind::PasswordResetFailed, actor, now, |_| {
            ProfileEdit::SetPasswordReset(open.after_failure())
        })
    }

    /// Replaces the password for somebody who has shown the right code, and ends all sessions of the user. A lock of the
    /// policy ends with it; an operator's stays.
    ///
    /// # Errors
    /// [`UserDeleted`] for a user who is gone.
    pub fn reset_password(
        &self,
        hash: PasswordHash,
        change_required: bool,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, UserDeleted> {
        self.replace_password(UnlockCause::PasswordReset, hash, change_required, actor, now)
    }

    /// Replaces the password for an operator. A lock of the policy ends with it; an operator's stays. The number of locks
    /// before stays, too: nobody has proved to be the user.
    ///
    /// # Errors
    /// [`UserDeleted`] for a user who is gone.
    pub fn assign_password(
        &self,
        hash: PasswordHash,
        change_required: bool,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, UserDeleted> {
        self.replace_password(UnlockCause::PasswordChanged, hash, change_required, actor, now)
    }

    fn replace_password(
        &self,
        unlock_cause: UnlockCause,
        hash: PasswordHash,
        change_required: bool,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, UserDeleted> {
        if self.is_deleted() {
            return Err(UserDeleted);
        }
        let course = Course::begin(self, now);
        let changed = match &course.user().record().state {
            UserState::Locked(lock) if lock.cause == LockCause::Policy => {
                let unlocked = UserEventKind::Unlocked {
                    cause: unlock_cause,
                    reason: None,
                };
                course
                    .then(unlocked, actor.clone())
                    .then(UserEventKind::PasswordChanged, actor)
            }
            UserState::Locked(_) | UserState::Active | UserState::Inactive | UserState::Deleted => {
                course.then(UserEventKind::PasswordChanged, actor)
            }
        };
        let change = changed.finish();
        Ok(UserChange {
            profile_edit: Some(ProfileEdit::ReplacePassword {
                password: StoredPassword {
                    hash,
                    changed_at: change.event.time,
                    change_required,
                },
                kept_session: None,
            }),
            ..change
        })
    }

    /// Writes down that a lock's time is over; nothing to write when there is no such lock.
    #[must_use]
    pub fn lift_expired_lock(&self, now: Timestamp) -> Option<UserChange> {
        Course::expiry(self, now)
    }
}
