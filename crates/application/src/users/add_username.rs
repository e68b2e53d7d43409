use unlockd_domain::{
    AddUsernameRefusal, Permission, User, UserEventName, UserId, Username, UsernameId, UsernameScope,
};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, NewUsername, Outcome, UsernameForm, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;

/// Gives a user one more name to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddUsername {
    /// Who gets it.
    pub user_id: UserId,
    /// The name.
    pub username: NewUsername,
    /// Preconditions of the change, and its idempotency key.
    pub safeguards: Safeguards,
}

/// The outcome of [`AddUsername`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedUsername {
    /// The id by which the name is removed.
    pub username_id: UsernameId,
    /// Where the user's history stands.
    pub details: Details,
}

impl AddUsername {
    /// The command, from what a wire brings.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(user_id: IdForm, username: Option<UsernameForm>, safeguards: SafeguardsForm) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", user_id.user_id());
        let username = if let Some(form) = username {
            violations.keep("username.username", form.parse())
        } else {
            violations.note("username", "must be given");
            None
        };
        let safeguards = safeguards.parse(&mut violations);
        violations.finish(user_id.zip(username).map(|(user_id, username)| Self {
            user_id,
            username,
            safeguards,
        }))
    }

    #[tracing::instrument(level = "debug", name = "application.add_username", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<AddedUsername>, Error> {
        let request = self.safeguards.request(|| {
            RequestDigester::new("add_username")
                .field(self.user_id.as_str())
                .field(self.username.name())
                .field([u8::from(self.username.scope() == UsernameScope::Organization)])
        });
        // Derived from the request, so that a repetition answers with the id of the first time.
        let id = match &request {
            Some(request) => request.derived_id(caller.user_id()),
            None => users.ids.generate(),
        };
        let username_id = UsernameId::new(id).map_err(Error::internal)?;
        let username = self.username.with_id(username_id.clone()).map_err(Error::internal)?;
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserWrite)?,
            reads_profile: true,
            safeguards: &self.safeguards,
            event: UserEventName::UsernameAdded,
            request,
        };
        let added = users
            .change(caller, target, |user, profile| {
                let actor = caller.actor();
                user.add_username(profile, username.clone(), actor, users.clock.now())
                    .map_err(|refusal| refused(user, &username, refusal))
            })
            .await?;
        Ok(added.map(|details| AddedUsername { username_id, details }))
    }
}

fn refused(user: &User, username: &Username, refusal: AddUsernameRefusal) -> Error {
    match refusal {
        AddUsernameRefusal::AlreadyTheirs => Error::UsernameTaken {
            username: username.name().to_owned(),
        },
        AddUsernameRefusal::LoginName(problem) => Error::invalid("username.username", problem),
        AddUsernameRefusal::TooMany => Error::TooManyUsernames(user.id().clone()),
        AddUsernameRefusal::Deleted(_) => Error::UserNotFound(user.id().clone()),
    }
}
