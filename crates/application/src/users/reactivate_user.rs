use unlockd_domain::{NotInactive, Permission, Reason, UserEventName, UserId};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users, state_change};
use crate::authentication::Caller;
use crate::error::Error;

/// Takes an inactive user back into service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactivateUser {
    /// Who is to be taken back.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
    /// What makes it safe to repeat.
    pub safeguards: Safeguards,
}

impl ReactivateUser {
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

    #[tracing::instrument(level = "debug", name = "application.reactivate_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserWrite)?,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::Reactivated,
            request: self
                .safeguards
                .request(|| state_change::digester("reactivate_user", &self.user_id, self.reason.as_ref())),
        };
        users
            .change(caller, target, |user, _| {
                let (actor, now) = (caller.actor(), users.clock.now());
                user.reactivate(self.reason.clone(), actor, now)
                    .map_err(|NotInactive| Error::UserNotInactive {
                        user_id: user.id().clone(),
                        state: user.state(now).clone(),
                    })
            })
            .await
    }
}
