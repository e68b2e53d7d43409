//! The inbound side: what transports call. They parse a request into a command, call, and map the outcome.

use async_trait::async_trait;

use crate::authentication::Caller;
use crate::error::Error;
use crate::ports::SecretToken;
use crate::users::{CreateUser, CreatedUser, Details, GetUserById, LockUser, UnlockUser, UserView};

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
/// spans the instance; and the errors of a store.
#[async_trait]
pub trait UserService: Send + Sync {
    /// Creates an active user; needs `user.write` on the organization. Refused with [`Error::OrganizationNotFound`],
    /// [`Error::UserIdTaken`], [`Error::UsernameTaken`].
    async fn create_user(&self, caller: &Caller, command: CreateUser) -> Result<CreatedUser, Error>;

    /// Reads a user; needs `user.read` on the user's organization, and nothing for oneself.
    async fn get_user_by_id(&self, caller: &Caller, query: GetUserById) -> Result<UserView, Error>;

    /// Locks an active user; needs `user.write`. Refused with [`Error::UserAlreadyLocked`], [`Error::UserNotActive`],
    /// [`Error::LastInstanceOwner`].
    async fn lock_user(&self, caller: &Caller, command: LockUser) -> Result<Details, Error>;

    /// Lets a locked user back in; needs `user.write`. Refused with [`Error::UserNotLocked`].
    async fn unlock_user(&self, caller: &Caller, command: UnlockUser) -> Result<Details, Error>;
}
