//! The use cases of `zitadel.user.v3alpha.UserService`, one file each.

mod change;
mod create_user;
mod create_user_form;
mod details;
mod get_user_by_id;
mod lock_user;
mod reach;
mod unlock_user;
mod user_id_form;

use std::sync::Arc;

use async_trait::async_trait;

pub use create_user::{CreateUser, CreatedUser, NewPassword, NewPasswordSecret, NewUsername};
pub use create_user_form::{CreateUserForm, OrganizationForm, PasswordForm, UsernameForm};
pub use details::Details;
pub use get_user_by_id::{GetUserById, UserView};
pub use lock_user::LockUser;
pub use unlock_user::UnlockUser;
pub use user_id_form::{MalformedSegment, UserIdForm, decode_segment};

use crate::authentication::{Caller, RememberedCallers};
use crate::error::Error;
use crate::ports::{Clock, IdGenerator, PasswordHasher, UserStore};
use crate::services::UserService;

/// The use cases about users, on the ports they need.
#[derive(Clone)]
pub struct Users {
    /// Where users are kept.
    pub store: Arc<dyn UserStore>,
    /// Who remembers callers, and has to forget those who get locked.
    pub callers: Arc<dyn RememberedCallers>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Ids for users and usernames that come without.
    pub ids: Arc<dyn IdGenerator>,
    /// Hashing of new passwords.
    pub passwords: Arc<dyn PasswordHasher>,
}

#[async_trait]
impl UserService for Users {
    async fn create_user(&self, caller: &Caller, command: CreateUser) -> Result<CreatedUser, Error> {
        command.execute(self, caller).await
    }

    async fn get_user_by_id(&self, caller: &Caller, query: GetUserById) -> Result<UserView, Error> {
        query.execute(self, caller).await
    }

    async fn lock_user(&self, caller: &Caller, command: LockUser) -> Result<Details, Error> {
        command.execute(self, caller).await
    }

    async fn unlock_user(&self, caller: &Caller, command: UnlockUser) -> Result<Details, Error> {
        command.execute(self, caller).await
    }
}
