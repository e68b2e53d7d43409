use unlockd_domain::{Permission, RemoveUsernameRefusal, UserEventName, UserId, UsernameId};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;

/// Takes one of the names away that a user signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveUsername {
    /// Whose name it is.
    pub user_id: UserId,
    /// Which of the user's names.
    pub username_id: UsernameId,
    /// Preconditions of the change, and its idempotency key.
    pub safeguards: Safeguards,
}

impl RemoveUsername {
    /// The command, from what a wire brings.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(user_id: IdForm, username_id: IdForm, safeguards: SafeguardsForm) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", user_id.user_id());
        let username_id = violations.keep("username_id", username_id.id(UsernameId::new));
        let safeguards = safeguards.parse(&mut violations);
        violations.finish(user_id.zip(username_id).map(|(user_id, username_id)| Self {
            user_id,
            username_id,
            safeguards,
        }))
    }

    #[tracing::instrument(level = "debug", name = "application.remove_username", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserWrite)?,
            reads_profile: true,
            safeguards: &self.safeguards,
            event: UserEventName::UsernameRemoved,
            request: self.safeguards.request(|| {
                RequestDigester::new("remove_username")
                    .field(self.user_id.as_str())
                    .field(self.username_id.as_str())
            }),
        };
        users
            .change(caller, target, |user, profile| {
                let actor = caller.actor();
                user.remove_username(profile, self.username_id.clone(), actor, users.clock.now())
                    .map_err(|refusal| match refusal {
                        RemoveUsernameRefusal::NotTheirs => Error::UsernameNotFound {
                            user_id: user.id().clone(),
                            username_id: self.username_id.clone(),
                        },
                        RemoveUsernameRefusal::Deleted(_) => Error::UserNotFound(user.id().clone()),
                    })
            })
            .await
    }
}
