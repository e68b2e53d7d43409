//! Services that do what no real one does on purpose.

use std::future::pending;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use unlockd_application::ports::SecretToken;
use unlockd_application::users::{CreateUser, CreatedUser, Details, GetUserById, LockUser, UnlockUser, UserView};
use unlockd_application::{Authenticator, Caller, Error, UserService};

/// Never comes to an end.
pub(crate) struct StuckAuthenticator;

#[async_trait]
impl Authenticator for StuckAuthenticator {
    async fn authenticate(&self, _: Option<SecretToken>) -> Result<Caller, Error> {
        pending().await
    }
}

/// Panics, and says what nobody outside must read.
pub(crate) struct PanickingUsers;

/// Never comes to an end, and tells when it was begun and when it was given up.
pub(crate) struct StuckUsers {
    pub(crate) begun: Arc<Semaphore>,
    pub(crate) given_up: Arc<Semaphore>,
}

/// Tells when it is dropped.
pub(crate) struct PermitOnDrop(pub(crate) Arc<Semaphore>);

impl Drop for PermitOnDrop {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

macro_rules! users_that {
    ($name:ident, $self:ident => $behaviour:expr) => {
        #[async_trait]
        impl UserService for $name {
            async fn create_user(&$self, _: &Caller, _: CreateUser) -> Result<CreatedUser, Error> {
                $behaviour
            }
            async fn get_user_by_id(&$self, _: &Caller, _: GetUserById) -> Result<UserView, Error> {
                $behaviour
            }
            async fn lock_user(&$self, _: &Caller, _: LockUser) -> Result<Details, Error> {
                $behaviour
            }
            async fn unlock_user(&$self, _: &Caller, _: UnlockUser) -> Result<Details, Error> {
                $behaviour
            }
        }
    };
}

users_that!(PanickingUsers, self => panic!("the secret of the database is hunter2"));
users_that!(StuckUsers, self => {
    let _given_up = PermitOnDrop(self.given_up.clone());
    self.begun.add_permits(1);
    pending().await
});
