//! Services that do what no real one does on purpose.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use tokio::sync::Semaphore;
use unlockd_application::events::{EventPage, ListEvents, WatchEvents, WatchUpdate};
use unlockd_application::ports::SecretToken;
use unlockd_application::users::{
    AddUsername, AddedUsername, CreateUser, CreatedUser, DeactivateUser, DeleteUser, Details, GetUserById, ListUsers,
    LockUser, Outcome, ReactivateUser, RemoveUsername, RequestPasswordReset, RequestedPasswordReset, SetPassword,
    UnlockUser, UpdateUser, UserList, UserView,
};
use unlockd_application::{Authenticator, Caller, Error, EventService, EventWatch, LiveCaller, UserService};

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
        users_that! {
            $name, $self => $behaviour;
            create_user(CreateUser) -> Outcome<CreatedUser>,
            list_users(ListUsers) -> UserList,
            get_user_by_id(GetUserById) -> UserView,
            update_user(UpdateUser) -> Outcome<Details>,
            deactivate_user(DeactivateUser) -> Outcome<Details>,
            reactivate_user(ReactivateUser) -> Outcome<Details>,
            lock_user(LockUser) -> Outcome<Details>,
            unlock_user(UnlockUser) -> Outcome<Details>,
            delete_user(DeleteUser) -> Outcome<Details>,
            add_username(AddUsername) -> Outcome<AddedUsername>,
            remove_username(RemoveUsername) -> Outcome<Details>,
            set_password(SetPassword) -> Outcome<Details>,
            request_password_reset(RequestPasswordReset) -> RequestedPasswordReset,
        }
    };
    ($name:ident, $self:ident => $behaviour:expr; $($method:ident($command:ty) -> $answer:ty,)*) => {
        #[async_trait]
        impl UserService for $name {
            $(
                async fn $method(&$self, _: &Caller, _: $command) -> Result<$answer, Error> {
                    $behaviour
                }
            )*
        }
    };
}

users_that!(PanickingUsers, self => panic!("the secret of the database is hunter2"));
users_that!(StuckUsers, self => {
    let _given_up = PermitOnDrop(self.given_up.clone());
    self.begun.add_permits(1);
    pending().await
});

/// Begins watches that never begin.
pub(crate) struct StuckEvents;

#[async_trait]
impl EventService for StuckEvents {
    async fn list_events(&self, _: &Caller, _: ListEvents) -> Result<EventPage, Error> {
        pending().await
    }

    async fn watch_events(&self, _: LiveCaller, _: WatchEvents) -> Result<Box<dyn EventWatch>, Error> {
        pending().await
    }
}

/// Begins watches that panic, and say what nobody outside must read.
pub(crate) struct PanickingEvents;

#[async_trait]
impl EventService for PanickingEvents {
    async fn list_events(&self, _: &Caller, _: ListEvents) -> Result<EventPage, Error> {
        panic!("the secret of the database is hunter2")
    }

    async fn watch_events(&self, _: LiveCaller, _: WatchEvents) -> Result<Box<dyn EventWatch>, Error> {
        Ok(Box::new(Self))
    }
}

#[async_trait]
impl EventWatch for PanickingEvents {
    async fn next(&mut self) -> Result<WatchUpdate, Error> {
        panic!("the secret of the database is hunter2")
    }
}

/// Lets callers in until the server is about to stop.
pub(crate) struct StoppingAuthenticator {
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) is_stopping: Arc<AtomicBool>,
}

#[async_trait]
impl Authenticator for StoppingAuthenticator {
    async fn authenticate(&self, token: Option<SecretToken>) -> Result<Caller, Error> {
        if self.is_stopping.load(Ordering::SeqCst) {
            return Err(Error::ShuttingDown);
        }
        self.authenticator.authenticate(token).await
    }
}
