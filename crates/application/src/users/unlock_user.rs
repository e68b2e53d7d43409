use unlockd_domain::{Actor, NotLocked, Permission, Reason, Timestamp, UserEventName, UserId};

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
            reach: caller.require(Permission::UserWrite)?,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::Unlocked,
            request: self
                .safeguards
                .request(|| state_change::digester("unlock_user", &self.user_id, self.reason.as_ref())),
        };
        let outcome = users
            .change(caller, target, |user, _| {
                let (actor, now) = (Actor::User(caller.user_id().clone()), users.clock.now());
                user.unlock(self.reason.clone(), actor, now)
                    .map_err(|NotLocked| Error::UserNotLocked {
                        user_id: user.id().clone(),
                        state: Box::new(user.state(now).clone()),
                        blocked_until: None,
                    })
            })
            .await;
        match outcome {
            Err(Error::UserNotLocked { user_id, state, .. }) => Err(Error::UserNotLocked {
                blocked_until: self.blocked_until(users).await?,
                user_id,
                state,
            }),
            outcome => outcome,
        }
    }

    /// The end of the last block of a source: an operator who wants to unlock the user can tell what keeps them out.
    async fn blocked_until(&self, users: &Users) -> Result<Option<Timestamp>, Error> {
        let Some((user, profile)) = users.store.find_with_profile(&self.user_id).await? else {
            return Ok(None);
        };
        let blocks = users.sign_in.blocks(&user, &profile, users.clock.now()).await?;
        Ok(blocks.into_iter().map(|block| block.until).max())
    }
}
