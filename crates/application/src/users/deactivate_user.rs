use unlockd_domain::{DeactivateRefusal, Permission, Reason, UserEventName, UserId};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users, state_change};
use crate::authentication::Caller;
use crate::error::Error;

/// Puts a user aside; a lock ends with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeactivateUser {
    /// Who is to be put aside.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
    /// What makes it safe to repeat.
    pub safeguards: Safeguards,
}

impl DeactivateUser {
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

    #[tracing::instrument(level = "debug", name = "application.deactivate_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserWrite)?,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::Deactivated,
            request: self
                .safeguards
                .request(|| state_change::digester("deactivate_user", &self.user_id, self.reason.as_ref())),
        };
        users
            .change(caller, target, |user, _| {
                let actor = caller.actor();
                user.deactivate(self.reason.clone(), actor, users.clock.now())
                    .map_err(|refusal| match refusal {
                        DeactivateRefusal::AlreadyInactive => Error::UserAlreadyInactive(user.id().clone()),
                        DeactivateRefusal::Deleted(_) => Error::UserNotFound(user.id().clone()),
                    })
            })
            .await
    }
}
