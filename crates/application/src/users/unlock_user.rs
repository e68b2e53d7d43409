use unlockd_domain::{Actor, NotLocked, Reason, UserId};

use super::{Details, Users};
use crate::authentication::Caller;
use crate::error::Error;

/// Lets a locked user back in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockUser {
    /// Who is to be unlocked.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
}

impl UnlockUser {
    #[tracing::instrument(name = "application.unlock_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Details, Error> {
        users
            .change(caller, &self.user_id, |user| {
                user.unlock(
                    self.reason.clone(),
                    Actor::User(caller.user_id().clone()),
                    users.clock.now(),
                )
                .map_err(|NotLocked| Error::UserNotLocked {
                    user_id: user.id().clone(),
                    state: user.state().clone(),
                })
            })
            .await
    }
}
