use unlockd_domain::{Actor, NotLocked, Reason, UserId};

use super::{Details, UserIdForm, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};

/// Lets a locked user back in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockUser {
    /// Who is to be unlocked.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
}

impl UnlockUser {
    /// The command, from what a wire brings: a reason that is empty when it is not set.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(user_id: UserIdForm, reason: String) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", user_id.user_id());
        let reason = violations.keep("reason", Reason::parse(reason)).flatten();
        violations.finish(user_id.map(|user_id| Self { user_id, reason }))
    }

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
