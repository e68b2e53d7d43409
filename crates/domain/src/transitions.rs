//! What can be done to a user, and when it is refused.

use thiserror::Error;

use crate::actor::Actor;
use crate::authorization::Grant;
use crate::course::Course;
use crate::event::{UserEvent, UserEventKind};
use crate::id::{OrganizationId, UserId, UsernameId};
use crate::lock::{LockCause, LockOrder, LockScope, Reason, UnlockCause};
use crate::password::{PasswordHash, StoredPassword};
use crate::profile::{UserData, UserProfile};
use crate::sequence::Sequence;
use crate::timestamp::Timestamp;
use crate::user::{User, UserState};
use crate::user_change::{ProfileEdit, UserChange};
use crate::username::{Username, UsernameError};

/// Why a user cannot be locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LockRefusal {
    /// An operator has locked the user already.
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

/// Why a user cannot be put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DeactivateRefusal {
    /// The user is inactive already.
    #[error("the user is inactive already")]
    AlreadyInactive,
    /// The user is gone.
    #[error(transparent)]
    Deleted(#[from] UserDeleted),
}

/// The user cannot be taken back into service, not being inactive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the user is not inactive")]
pub struct NotInactive;

/// Nothing can be done to the user any more: they are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the user is deleted")]
pub struct UserDeleted;

/// Why a user cannot get one more username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddUsernameRefusal {
    /// The user has a username already that means the same login name.
    #[error("the user has this username already")]
    AlreadyTheirs,
    /// The user has [`UserProfile::MAX_USERNAMES`] already.
    #[error("the user has {} usernames already", UserProfile::MAX_USERNAMES)]
    TooMany,
    /// Nobody could type the login name of the username.
    #[error(transparent)]
    LoginName(#[from] UsernameError),
    /// The user is gone.
    #[error(transparent)]
    Deleted(#[from] UserDeleted),
}

/// Why a username cannot be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RemoveUsernameRefusal {
    /// The user has no username of this id.
    #[error("the user has no username of this id")]
    NotTheirs,
    /// The user is gone.
    #[error(transparent)]
    Deleted(#[from] UserDeleted),
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
            source: None,
        };
        UserChange {
            after: Self::created(&event),
            leading: Vec::new(),
            event,
            profile_edit: None,
        }
    }

    /// Locks a user. An operator's lock takes the place of one of the policy, in one event.
    ///
    /// # Errors
    /// [`LockRefusal`] when the user is neither active nor locked by the policy alone, or when the lock would end before it
    /// begins.
    pub fn lock(&self, order: LockOrder, actor: Actor, now: Timestamp) -> Result<UserChange, LockRefusal> {
        match self.state(now) {
            UserState::Locked(lock) if lock.cause == LockCause::Operator || order.cause == LockCause::Policy => {
                Err(LockRefusal::AlreadyLocked)
            }
            UserState::Active | UserState::Locked(_) | UserState::Inactive | UserState::Deleted => {
                self.set_lock(order, actor, now)
            }
        }
    }

    /// Locks a user, whether or not an operator has locked them already: the new lock takes the place of the other.
    ///
    /// # Errors
    /// [`LockRefusal`] when the user is neither active nor locked, or when the lock would end before it begins.
    pub fn replace_lock(
        &self,
        reason: Option<Reason>,
        until: Option<Timestamp>,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, LockRefusal> {
        let order = LockOrder {
            cause: LockCause::Operator,
            reason,
            until,
        };
        self.set_lock(order, actor, now)
    }

    fn set_lock(&self, order: LockOrder, actor: Actor, now: Timestamp) -> Result<UserChange, LockRefusal> {
        match self.state(now) {
            UserState::Active | UserState::Locked(_) => {}
            UserState::Inactive | UserState::Deleted => return Err(LockRefusal::NotActive),
        }
        if order.until.is_some_and(|until| until <= self.time_of_next_event(now)) {
            return Err(LockRefusal::UntilNotInFuture);
        }
        let LockOrder { cause, reason, until } = order;
        let scope = LockScope::AllUse;
        let locked = UserEventKind::Locked {
            cause,
            reason,
            until,
            scope,
        };
        Ok(self.change(locked, actor, now))
    }

    /// Lets a locked user back in and forgets the failed password attempts.
    ///
    /// # Errors
    /// [`NotLocked`] for a user in any other state.
    pub fn unlock(&self, reason: Option<Reason>, actor: Actor, now: Timestamp) -> Result<UserChange, NotLocked> {
        match self.state(now) {
            UserState::Locked(_) => Ok(self.change(
                UserEventKind::Unlocked {
                    cause: UnlockCause::Operator,
                    reason,
                },
                actor,
                now,
            )),
            UserState::Active | UserState::Inactive | UserState::Deleted => Err(NotLocked),
        }
    }

    /// Puts a user aside. A lock ends with it, and with the lock the failed password attempts are forgotten.
    ///
    /// # Errors
    /// [`DeactivateRefusal`] for a user who is inactive or deleted.
    pub fn deactivate(
        &self,
        reason: Option<Reason>,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, DeactivateRefusal> {
        match self.state(now) {
            UserState::Active | UserState::Locked(_) => {
                Ok(self.change(UserEventKind::Deactivated { reason }, actor, now))
            }
            UserState::Inactive => Err(DeactivateRefusal::AlreadyInactive),
            UserState::Deleted => Err(UserDeleted.into()),
        }
    }

    /// Takes an inactive user back into service.
    ///
    /// # Errors
    /// [`NotInactive`] for a user in any other state.
    pub fn reactivate(&self, reason: Option<Reason>, actor: Actor, now: Timestamp) -> Result<UserChange, NotInactive> {
        match self.state(now) {
            UserState::Inactive => Ok(self.change(UserEventKind::Reactivated { reason }, actor, now)),
            UserState::Active | UserState::Locked(_) | UserState::Deleted => Err(NotInactive),
        }
    }

    /// Erases all that is personal about a user; id, organization and history remain.
    ///
    /// # Errors
    /// [`UserDeleted`] when that has been done.
    pub fn delete(&self, actor: Actor, now: Timestamp) -> Result<UserChange, UserDeleted> {
        self.edit(UserEventKind::Deleted, actor, now, |_| ProfileEdit::Erase)
    }

    /// Replaces what the owners note about the user.
    ///
    /// # Errors
    /// [`UserDeleted`] for a user who is gone.
    pub fn update(&self, data: UserData, actor: Actor, now: Timestamp) -> Result<UserChange, UserDeleted> {
        self.edit(UserEventKind::Updated, actor, now, |_| ProfileEdit::ReplaceData(data))
    }

    /// Replaces the password. Ends all sessions of the user; see [`UserChange::keeping_session`].
    ///
    /// # Errors
    /// [`UserDeleted`] for a user who is gone.
    pub fn set_password(
        &self,
        hash: PasswordHash,
        change_required: bool,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, UserDeleted> {
        self.edit(UserEventKind::PasswordChanged, actor, now, |changed_at| {
            ProfileEdit::ReplacePassword {
                password: StoredPassword {
                    hash,
                    changed_at,
                    change_required,
                },
                kept_session: None,
            }
        })
    }

    /// Gives the user one more name to sign in with. The profile is the one that goes with this user.
    ///
    /// # Errors
    /// [`AddUsernameRefusal`] when the user has it, has too many, or is gone. Whether others have the name is the store's to
    /// know.
    pub fn add_username(
        &self,
        profile: &UserProfile,
        username: Username,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, AddUsernameRefusal> {
        let organization = self.organization();
        Username::check_login_name(username.name(), username.scope(), organization)?;
        let login_key = username.login_key(organization);
        let is_same = |other: &Username| other.login_key(organization) == login_key;
        if profile.usernames.iter().any(is_same) {
            return Err(AddUsernameRefusal::AlreadyTheirs);
        }
        if profile.usernames.len() >= UserProfile::MAX_USERNAMES {
            return Err(AddUsernameRefusal::TooMany);
        }
        let added = self.edit(UserEventKind::UsernameAdded, actor, now, |_| {
            ProfileEdit::AddUsername(username)
        });
        Ok(added?)
    }

    /// Takes one of the names away that the user signs in with. The profile is the one that goes with this user.
    ///
    /// # Errors
    /// [`RemoveUsernameRefusal`] when the user has no such name, or is gone.
    pub fn remove_username(
        &self,
        profile: &UserProfile,
        id: UsernameId,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, RemoveUsernameRefusal> {
        if !profile.usernames.iter().any(|username| *username.id() == id) {
            return Err(RemoveUsernameRefusal::NotTheirs);
        }
        let removed = self.edit(UserEventKind::UsernameRemoved, actor, now, |_| {
            ProfileEdit::RemoveUsername(id)
        });
        Ok(removed?)
    }

    /// Records that the user is granted a role. The store writes the grant itself in the same transaction.
    ///
    /// # Errors
    /// [`UserDeleted`] when the user is gone.
    pub fn grant_role(&self, grant: Grant, actor: Actor, now: Timestamp) -> Result<UserChange, UserDeleted> {
        self.change_unless_deleted(UserEventKind::RoleGranted { grant }, actor, now)
    }

    /// Records that the user loses a role. The store removes the grant itself in the same transaction.
    ///
    /// # Errors
    /// [`UserDeleted`] when the user is gone.
    pub fn remove_role(&self, grant: Grant, actor: Actor, now: Timestamp) -> Result<UserChange, UserDeleted> {
        self.change_unless_deleted(UserEventKind::RoleRemoved { grant }, actor, now)
    }

    fn change_unless_deleted(
        &self,
        kind: UserEventKind,
        actor: Actor,
        now: Timestamp,
    ) -> Result<UserChange, UserDeleted> {
        if self.is_deleted() {
            return Err(UserDeleted);
        }
        Ok(self.change(kind, actor, now))
    }

    /// A change of the profile, which a user can have in every state but one. `edit` is told the time of the event.
    pub(crate) fn edit(
        &self,
        kind: UserEventKind,
        actor: Actor,
        now: Timestamp,
        edit: impl FnOnce(Timestamp) -> ProfileEdit,
    ) -> Result<UserChange, UserDeleted> {
        let change = self.change_unless_deleted(kind, actor, now)?;
        Ok(UserChange {
            profile_edit: Some(edit(change.event.time)),
            ..change
        })
    }

    fn change(&self, kind: UserEventKind, actor: Actor, now: Timestamp) -> UserChange {
        Course::begin(self, now).then(kind, actor).finish()
    }

    /// Replicas' clocks differ: an event is never dated before the one in front of it.
    pub(crate) fn time_of_next_event(&self, now: Timestamp) -> Timestamp {
        now.max(self.changed_at())
    }
}
