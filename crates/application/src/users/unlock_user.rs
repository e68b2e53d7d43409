use unlockd_domain::{NotLocked, Permission, Reason, UserEventName, UserId};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users, state_change};
use crate::authentication::Caller;
use crate::error::Error;

/// Lets a locked user back in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockUser {
    /// Who is to be unlocked.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
    /// What makes it safe to repeat.
    pub safeguards: Safeguards,
}

impl UnlockUser {
    /// The command, from what a wire brings: a reason that is empty when it is not set.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(user_id: IdForm, reason: String, safeguards: SafeguardsForm) -> Result<Self, Error> {
        let (user_id, reason, safeguards) = state_change::parse(user_id, reason, safeguards)?;
        Ok(Self {
            user_id,
            reason,
            safeguards,
        })
    }

    #[tracing::instrument(level = "debug", name = "application.unlock_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserUnlock)?,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::Unlocked,
            request: self
                .safeguards
                .request(|| state_change::digester("unlock_user", &self.user_id, self.reason.as_ref())),
        };
        users
            .change(caller, target, |user, _| {
                let (actor, now) = (caller.actor(), users.clock.now());
                user.unlock(self.reason.clone(), actor, now)
                    .map_err(|NotLocked| Error::UserNotLocked {
                        user_id: user.id().clone(),
                        state: user.state(now).clone(),
                    })
            })
            .await
    }
}
