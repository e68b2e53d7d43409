//! The use cases of `zitadel.user.v3alpha.UserService`, one file each.

mod add_username;
mod change;
mod commit;
mod create_user;
mod create_user_form;
mod deactivate_user;
mod delete_user;
mod details;
mod get_user_by_id;
mod id_form;
mod list_users;
mod list_users_form;
mod lock_user;
mod new_password;
mod new_username;
mod outcome;
mod password_rules;
mod reach;
mod reactivate_user;
mod redeem_code;
mod remove_username;
mod replay;
mod request_password_reset;
mod safeguards;
mod search_query_form;
mod set_password;
mod state_change;
mod unlock_user;
mod update_user;

use std::sync::Arc;

use async_trait::async_trait;

pub use add_username::{AddUsername, AddedUsername};
pub(crate) use change::MAX_ATTEMPTS;
pub(crate) use commit::commit;
pub use create_user::{CreateUser, CreatedUser};
pub use create_user_form::{CreateUserForm, OrganizationForm};
pub use deactivate_user::DeactivateUser;
pub use delete_user::DeleteUser;
pub use details::Details;
pub use get_user_by_id::{GetUserById, UserView};
pub use id_form::{IdForm, MalformedSegment, decode_segment};
pub use list_users::{ListUsers, UserList};
pub use list_users_form::ListUsersForm;
pub use lock_user::LockUser;
pub use new_password::{NewPassword, NewPasswordSecret, PasswordForm};
pub use new_username::{NewUsername, UsernameForm};
pub use outcome::Outcome;
pub use password_rules::PasswordRules;
pub use reactivate_user::ReactivateUser;
pub use remove_username::RemoveUsername;
pub use request_password_reset::{RequestPasswordReset, RequestPasswordResetForm, RequestedPasswordReset};
pub use safeguards::{IDEMPOTENCY_KEY, IF_MATCH, Safeguards, SafeguardsForm};
pub use search_query_form::{SearchQueryForm, TextForm, TimeRangeForm};
pub use set_password::{PasswordAuthority, SetPassword, SetPasswordForm};
pub use unlock_user::UnlockUser;
pub use update_user::{UpdateUser, UpdateUserForm};

use crate::authentication::{Caller, RememberedCallers};
use crate::error::Error;
use crate::ports::{Clock, IdGenerator, PasswordHasher, UserDirectory, UserStore, VerificationCodeGenerator};
use crate::services::UserService;
use crate::sign_in::SignIn;

/// The use cases about users, on the ports they need.
#[derive(Clone)]
pub struct Users {
    /// Where users are kept.
    pub store: Arc<dyn UserStore>,
    /// Where users are found.
    pub directory: Arc<dyn UserDirectory>,
    /// Who remembers callers, and has to forget those who get locked.
    pub callers: Arc<dyn RememberedCallers>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Ids for users and usernames that come without.
    pub ids: Arc<dyn IdGenerator>,
    /// Hashing of new passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// What new passwords must be.
    pub password_rules: PasswordRules,
    /// Checking of current passwords.
    pub sign_in: Arc<SignIn>,
    /// Codes to reset passwords by.
    pub codes: Arc<dyn VerificationCodeGenerator>,
}

#[async_trait]
impl UserService for Users {
    async fn create_user(&self, caller: &Caller, command: CreateUser) -> Result<Outcome<CreatedUser>, Error> {
        command.execute(self, caller).await
    }

    async fn list_users(&self, caller: &Caller, query: ListUsers) -> Result<UserList, Error> {
        query.execute(self, caller).await
    }

    async fn get_user_by_id(&self, caller: &Caller, query: GetUserById) -> Result<UserView, Error> {
        query.execute(self, caller).await
    }

    async fn update_user(&self, caller: &Caller, command: UpdateUser) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn deactivate_user(&self, caller: &Caller, command: DeactivateUser) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn reactivate_user(&self, caller: &Caller, command: ReactivateUser) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn lock_user(&self, caller: &Caller, command: LockUser) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn unlock_user(&self, caller: &Caller, command: UnlockUser) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn delete_user(&self, caller: &Caller, command: DeleteUser) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn add_username(&self, caller: &Caller, command: AddUsername) -> Result<Outcome<AddedUsername>, Error> {
        command.execute(self, caller).await
    }

    async fn remove_username(&self, caller: &Caller, command: RemoveUsername) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn set_password(&self, caller: &Caller, command: SetPassword) -> Result<Outcome<Details>, Error> {
        command.execute(self, caller).await
    }

    async fn request_password_reset(
        &self,
        caller: &Caller,
        command: RequestPasswordReset,
    ) -> Result<RequestedPasswordReset, Error> {
        command.execute(self, caller).await
    }
}
