use unlockd_domain::{Actor, Permission, UserDeleted, UserEventName, UserId};

use super::change::Target;
use super::reach::within_reach;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, NewPassword, PasswordForm, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};

/// Replaces a user's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetPassword {
    /// Whose password it is.
    pub user_id: UserId,
    /// The password from now on.
    pub new_password: NewPassword,
    /// What keeps it from going over what others have done; without a key.
    pub safeguards: Safeguards,
}

/// A request to set a password as a wire brings it: the fields of `zitadel.user.v3alpha.SetPasswordRequest`. Not printable,
/// since it holds a password.
#[derive(Default)]
pub struct SetPasswordForm {
    /// `user_id`.
    pub user_id: IdForm,
    /// `new_password`, if it is set.
    pub new_password: Option<PasswordForm>,
    /// Whether `current_password` is set.
    pub has_current_password: bool,
    /// Whether `verification_code` is set.
    pub has_verification_code: bool,
    /// What makes it safe.
    pub safeguards: SafeguardsForm,
}

impl SetPasswordForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when a field is set that unlockd does nothing with; else [`Error::InvalidArgument`] with all
    /// that is wrong, in the order of the proto's fields.
    pub fn parse(self) -> Result<SetPassword, Error> {
        Error::refuse_fields(&[
            (self.has_current_password, "current_password"),
            (self.has_verification_code, "verification_code"),
        ])?;
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", self.user_id.user_id());
        let password = match self.new_password {
            Some(password) if password.is_set() => password.parse("new_password", &mut violations),
            Some(_) => {
                violations.note("new_password", "must have a password or a hash");
                None
            }
            None => {
                violations.note("new_password", "must be given");
                None
            }
        };
        let safeguards = self.safeguards.parse_without_key(&mut violations);
        violations.finish(user_id.zip(password).map(|(user_id, new_password)| SetPassword {
            user_id,
            new_password,
            safeguards,
        }))
    }
}

impl SetPassword {
    #[tracing::instrument(name = "application.set_password", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Details, Error> {
        // Hashing is dear: only for somebody who is there, and is the caller's to change.
        let reach = caller.require(Permission::UserWrite)?;
        let user = within_reach(users.store.find(&self.user_id).await?, &self.user_id, &reach)?;
        self.safeguards.check(&user)?;
        let change_required = self.new_password.change_required;
        let hash = self.new_password.secret.hash(users).await?;
        let target = Target {
            user_id: &self.user_id,
            permission: Permission::UserWrite,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::PasswordChanged,
            request: None,
        };
        let changed = users
            .change(caller, target, |user, _| {
                let actor = Actor::User(caller.user_id().clone());
                user.set_password(hash.clone(), change_required, actor, users.clock.now())
                    .map_err(|UserDeleted| Error::UserNotFound(user.id().clone()))
            })
            .await?;
        Ok(changed.answer)
    }
}
