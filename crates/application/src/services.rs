//! The inbound side: what transports call. They parse a request into a command, call, and map the outcome.

use async_trait::async_trait;
use unlockd_domain::Session;

use crate::authentication::{Caller, LiveCaller};
use crate::error::Error;
use crate::events::{EventPage, ListEvents, WatchEvents, WatchUpdate};
use crate::lockout_policies::{
    EffectiveLockoutPolicy, GetLockoutPolicy, PolicyDetails, ResetLockoutPolicy, SetLockoutPolicy,
};
use crate::ports::SecretToken;
use crate::sessions::{
    CreateSession, CreatedSession, DeleteSession, GetSession, ListSessions, SessionDetails, SessionList, SetSession,
    UpdatedSession,
};
use crate::users::{
    AddUsername, AddedUsername, CreateUser, CreatedUser, DeactivateUser, DeleteUser, Details, GetUserById, ListUsers,
    LockUser, Outcome, ReactivateUser, RemoveUsername, RequestPasswordReset, RequestedPasswordReset, SetPassword,
    UnlockUser, UpdateUser, UserList, UserView,
};

/// Who is calling?
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The caller behind a bearer token.
    ///
    /// # Errors
    /// [`Error::TokenMissing`] without a token; [`Error::TokenRefused`] when the token is unknown, revoked or expired, or
    /// its user is not active; the errors of a store.
    async fn authenticate(&self, token: Option<SecretToken>) -> Result<Caller, Error>;
}

/// Can requests be served?
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Answers when the store does.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`] while it does not; [`Error::ShuttingDown`] from a process that is about to stop.
    async fn check(&self) -> Result<(), Error>;
}

/// `zitadel.user.v3alpha.UserService`, without a wire. Each operation checks in this order: has the caller the permission
/// at all, does the user exist and lie within the caller's reach, does the user's state allow it.
///
/// All of them answer [`Error::PermissionDenied`] to a caller without the permission, and also, whether the user exists
/// or not, to one whose permission does not reach the user; [`Error::UserNotFound`] only to a caller whose permission
/// spans the instance; and the errors of a store. Those that change a user answer [`Error::SequenceMismatch`] when the user
/// is not as the command expects.
///
/// All but the change of one's own password, and the end of one's own session, answer [`Error::PasswordChangeRequired`] to a
/// caller whose session is [restricted](Caller::is_restricted), whatever the permissions; so do the other services.
///
/// Those that answer with an [`Outcome`] are done once for each idempotency key of a caller: repeated, they give the first
/// answer again; [`Error::IdempotencyKeyReused`] for another command under the same key.
#[async_trait]
pub trait UserService: Send + Sync {
    /// Creates an active user; needs `user.write` on the organization. Refused with [`Error::OrganizationNotFound`],
    /// [`Error::UserIdTaken`], [`Error::UsernameTaken`].
    async fn create_user(&self, caller: &Caller, command: CreateUser) -> Result<Outcome<CreatedUser>, Error>;

    /// Finds users by what they are, within the caller's reach; needs `user.read` somewhere.
    async fn list_users(&self, caller: &Caller, query: ListUsers) -> Result<UserList, Error>;

    /// Reads a user; needs `user.read` on the user's organization, and nothing for oneself.
    async fn get_user_by_id(&self, caller: &Caller, query: GetUserById) -> Result<UserView, Error>;

    /// Replaces what the owners note about a user; needs `user.write`.
    async fn update_user(&self, caller: &Caller, command: UpdateUser) -> Result<Outcome<Details>, Error>;

    /// Puts a user aside, whom a lock may keep out until then; needs `user.write`. Refused with
    /// [`Error::UserAlreadyInactive`], [`Error::LastInstanceOwner`].
    async fn deactivate_user(&self, caller: &Caller, command: DeactivateUser) -> Result<Outcome<Details>, Error>;

    /// Takes an inactive user back into service; needs `user.write`. Refused with [`Error::UserNotInactive`].
    async fn reactivate_user(&self, caller: &Caller, command: ReactivateUser) -> Result<Outcome<Details>, Error>;

    /// Locks an active user; needs `user.write`. Refused with [`Error::UserAlreadyLocked`], [`Error::UserNotActive`],
    /// [`Error::LastInstanceOwner`].
    async fn lock_user(&self, caller: &Caller, command: LockUser) -> Result<Outcome<Details>, Error>;

    /// Lets a locked user back in; needs `user.write`. Refused with [`Error::UserNotLocked`].
    async fn unlock_user(&self, caller: &Caller, command: UnlockUser) -> Result<Outcome<Details>, Error>;

    /// Erases all that is personal about a user, who does not exist from then on; needs `user.delete`. Refused with
    /// [`Error::LastInstanceOwner`].
    async fn delete_user(&self, caller: &Caller, command: DeleteUser) -> Result<Outcome<Details>, Error>;

    /// Gives a user one more name to sign in with; needs `user.write`. Refused with [`Error::UsernameTaken`],
    /// [`Error::TooManyUsernames`].
    async fn add_username(&self, caller: &Caller, command: AddUsername) -> Result<Outcome<AddedUsername>, Error>;

    /// Takes a name away that a user signs in with; needs `user.write`. Refused with [`Error::UsernameNotFound`].
    async fn remove_username(&self, caller: &Caller, command: RemoveUsername) -> Result<Outcome<Details>, Error>;

    /// Replaces a user's password; needs `user.write`, and nothing for one's own with the current password or a code. Ends the
    /// user's sessions; one's own change with the current password leaves that of the caller. Refused
    /// with [`Error::InvalidCredentials`] and what else [`SessionService::create_session`] refuses a password with, and with
    /// [`Error::InvalidVerificationCode`].
    async fn set_password(&self, caller: &Caller, command: SetPassword) -> Result<Outcome<Details>, Error>;

    /// Makes a code by which a user's password can be replaced, and tells the caller; needs `user.write`.
    async fn request_password_reset(
        &self,
        caller: &Caller,
        command: RequestPasswordReset,
    ) -> Result<RequestedPasswordReset, Error>;
}

/// `zitadel.session.v2.SessionService`, without a wire: who has signed in.
///
/// Whoever brings a session's token needs no permission for it, and is told [`Error::SessionTokenRefused`] when it is not the
/// one that the session has, or the session has ended, or its user may not come in. All others are told
/// [`Error::PermissionDenied`], whether or not there is such a session, or [`Error::SessionNotFound`] if their permission spans
/// the instance; and [`Error::UserNotActive`] of a session whose user may not come in.
#[async_trait]
pub trait SessionService: Send + Sync {
    /// Begins a session; needs `session.write` on the instance. A password is refused with [`Error::InvalidCredentials`],
    /// whatever is wrong; with [`Error::TooManyAttempts`] before it is looked at; with [`Error::UserLocked`] where the policy
    /// reveals locks.
    ///
    /// Repeated under its idempotency key, the request gets the first answer with a new token, which replaces the first one;
    /// its password is verified again. Once another request has changed the session, and for another command under the key:
    /// [`Error::IdempotencyKeyReused`].
    async fn create_session(&self, caller: &Caller, command: CreateSession) -> Result<Outcome<CreatedSession>, Error>;

    /// Reads a session; needs `session.read`, and nothing for one's own, one that the caller began, or one of the same user
    /// agent.
    async fn get_session(&self, caller: &Caller, query: GetSession) -> Result<Session, Error>;

    /// Goes on with a session, which gets another token; needs `session.write`, on the instance while nobody has shown a
    /// password in it. A password is refused as when it is created. Repeated under its idempotency key, the request may show
    /// the token that it has replaced, and is answered as by [`SessionService::create_session`].
    async fn set_session(&self, caller: &Caller, command: SetSession) -> Result<Outcome<UpdatedSession>, Error>;

    /// Ends a session; needs `session.delete`, and nothing for one's own. One that is not there has been ended before.
    async fn delete_session(&self, caller: &Caller, command: DeleteSession) -> Result<SessionDetails, Error>;

    /// Finds the sessions that the caller may read.
    async fn list_sessions(&self, caller: &Caller, query: ListSessions) -> Result<SessionList, Error>;
}

/// `unlockd.policy.v1.LockoutPolicyService`, without a wire: what locks users, and for how long. The policy of the instance
/// needs the permission on the instance. [`Error::OrganizationNotFound`] is told only to those whose permission spans it.
#[async_trait]
pub trait LockoutPolicyService: Send + Sync {
    /// Reads the policy that holds for an organization, or where there is no other; needs `policy.read`.
    async fn get_lockout_policy(
        &self,
        caller: &Caller,
        query: GetLockoutPolicy,
    ) -> Result<EffectiveLockoutPolicy, Error>;

    /// Sets a policy; needs `policy.write`.
    async fn set_lockout_policy(
        &self,
        caller: &Caller,
        command: SetLockoutPolicy,
    ) -> Result<Outcome<PolicyDetails>, Error>;

    /// Takes a policy away; needs `policy.write`. One that is not set stays so.
    async fn reset_lockout_policy(
        &self,
        caller: &Caller,
        command: ResetLockoutPolicy,
    ) -> Result<Outcome<PolicyDetails>, Error>;
}

/// `unlockd.event.v1.EventService`, without a wire: the history of all users. Needs `user.read` somewhere, and shows what
/// lies within the caller's reach.
#[async_trait]
pub trait EventService: Send + Sync {
    /// A page of history.
    async fn list_events(&self, caller: &Caller, query: ListEvents) -> Result<EventPage, Error>;

    /// What happens, as it happens. Refused with [`Error::Overloaded`] while too many watch.
    async fn watch_events(&self, caller: LiveCaller, query: WatchEvents) -> Result<Box<dyn EventWatch>, Error>;
}

/// A watch that goes on until it fails or is dropped.
#[async_trait]
pub trait EventWatch: Send {
    /// What comes next: each event once, in the order of positions. The first update comes at once, and one without events
    /// now and then, so that whoever reads knows how far the watch has come. May be dropped while it waits, and asked again.
    ///
    /// # Errors
    /// Whatever ends the watch: [`Error::TokenRefused`] or [`Error::PermissionDenied`] when the caller may not watch any
    /// more, [`Error::ShuttingDown`], or the errors of a store. It goes on, elsewhere perhaps, behind the last position that
    /// was told.
    async fn next(&mut self) -> Result<WatchUpdate, Error>;
}
