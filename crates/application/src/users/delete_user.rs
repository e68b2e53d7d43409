use unlockd_domain::{Permission, UserDeleted, UserEventName, UserId};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;

/// Erases all that is personal about a user. It takes no reason: that would be erased with the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteUser {
    /// Who is to be deleted.
    pub user_id: UserId,
    /// What makes it safe to repeat.
    pub safeguards: Safeguards,
}

impl DeleteUser {
    /// The command, from what a wire brings.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(user_id: IdForm, safeguards: SafeguardsForm) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", user_id.user_id());
        let safeguards = safeguards.parse(&mut violations);
        violations.finish(user_id.map(|user_id| Self { user_id, safeguards }))
    }

    #[tracing::instrument(level = "debug", name = "application.delete_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserDelete)?,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::Deleted,
            request: self.safeguards.request(|| self.digester()),
        };
        users
            .change(caller, target, |user, _| {
                user.delete(caller.actor(), users.clock.now())
                    .map_err(|UserDeleted| Error::UserNotFound(user.id().clone()))
            })
            .await
    }

    fn digester(&self) -> RequestDigester {
        RequestDigester::new("delete_user").field(self.user_id.as_str())
    }
}
