use unlockd_domain::{Permission, UserData, UserDataError, UserDeleted, UserEventName, UserId};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;

/// Replaces what the owners note about a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateUser {
    /// Whose data it is.
    pub user_id: UserId,
    /// What is noted from now on.
    pub data: UserData,
    /// Preconditions of the change, and its idempotency key.
    pub safeguards: Safeguards,
}

/// A request to update a user as a wire brings it: the fields of `zitadel.user.v3alpha.UpdateUserRequest`.
#[derive(Default)]
pub struct UpdateUserForm {
    /// `user_id`.
    pub user_id: IdForm,
    /// Whether `contact` is set.
    pub has_contact: bool,
    /// Whether `schema_id` is set.
    pub has_schema_id: bool,
    /// `data`, if it is set. Each wire has its own form of a JSON object.
    pub data: Option<Result<UserData, UserDataError>>,
    /// What makes it safe.
    pub safeguards: SafeguardsForm,
}

impl UpdateUserForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when a field is set that unlockd does nothing with; else [`Error::InvalidArgument`] with all
    /// that is wrong, in the order of the proto's fields.
    pub fn parse(self) -> Result<UpdateUser, Error> {
        Error::refuse_fields(&[(self.has_contact, "contact"), (self.has_schema_id, "schema_id")])?;
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", self.user_id.user_id());
        let data = if let Some(data) = self.data {
            violations.keep("data", data)
        } else {
            violations.note("data", "must be given");
            None
        };
        let safeguards = self.safeguards.parse(&mut violations);
        violations.finish(user_id.zip(data).map(|(user_id, data)| UpdateUser {
            user_id,
            data,
            safeguards,
        }))
    }
}

impl UpdateUser {
    #[tracing::instrument(level = "debug", name = "application.update_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserWrite)?,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::Updated,
            request: self.safeguards.request(|| {
                RequestDigester::new("update_user")
                    .field(self.user_id.as_str())
                    .field(self.data.as_json())
            }),
        };
        users
            .change(caller, target, |user, _| {
                let actor = caller.actor();
                user.update(self.data.clone(), actor, users.clock.now())
                    .map_err(|UserDeleted| Error::UserNotFound(user.id().clone()))
            })
            .await
    }
}
