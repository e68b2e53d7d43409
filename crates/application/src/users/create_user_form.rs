use unlockd_domain::{OrganizationId, UserData, UserDataError, UserId, UserProfile};

use super::{CreateUser, NewUsername, PasswordForm, SafeguardsForm, UsernameForm};
use crate::error::{Error, Violations};

/// A request to create a user as a wire brings it: the fields of `zitadel.user.v3alpha.CreateUserRequest`, none of them
/// looked at yet. Not printable, since it may hold a password.
#[derive(Default)]
pub struct CreateUserForm {
    /// `user_id`, if it is set.
    pub user_id: Option<String>,
    /// `organization`, if it is set.
    pub organization: Option<OrganizationForm>,
    /// `authenticators.usernames`.
    pub usernames: Vec<UsernameForm>,
    /// `authenticators.password`, if it is set.
    pub password: Option<PasswordForm>,
    /// Whether `contact` is set.
    pub has_contact: bool,
    /// `schema_id`; empty when it is not set.
    pub schema_id: String,
    /// `data`, if it is set. Each wire has its own form of a JSON object.
    pub data: Option<Result<UserData, UserDataError>>,
    /// What makes it safe to repeat.
    pub safeguards: SafeguardsForm,
}

/// `zitadel.object.v2beta.Organization`.
#[derive(Default)]
pub struct OrganizationForm {
    /// `org_id`; empty when it is not set.
    pub org_id: String,
    /// Whether `org_domain` is set.
    pub has_domain: bool,
}

impl CreateUserForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when a field is set that unlockd does nothing with; else [`Error::InvalidArgument`] with all
    /// that is wrong, in the order of the proto's fields.
    pub fn parse(self) -> Result<CreateUser, Error> {
        let has_domain = self
            .organization
            .as_ref()
            .is_some_and(|organization| organization.has_domain);
        Error::refuse_fields(&[
            (has_domain, "organization.org_domain"),
            (self.has_contact, "contact"),
            (!self.schema_id.is_empty(), "schema_id"),
        ])?;
        let mut violations = Violations::default();
        let user_id = self
            .user_id
            .and_then(|id| violations.keep("user_id", UserId::choose(id)));
        let organization = organization(self.organization, &mut violations);
        let usernames = usernames(self.usernames, &mut violations);
        let password = self
            .password
            .and_then(|password| password.parse("authenticators.password", &mut violations));
        let data = self.data.and_then(|data| violations.keep("data", data));
        let safeguards = self.safeguards.parse(&mut violations);
        violations.finish(organization.map(|organization| CreateUser {
            user_id,
            organization,
            usernames,
            password,
            data,
            safeguards,
        }))
    }
}

fn organization(form: Option<OrganizationForm>, violations: &mut Violations) -> Option<OrganizationId> {
    let Some(form) = form else {
        violations.note("organization", "must be given");
        return None;
    };
    violations.keep("organization.org_id", OrganizationId::new(form.org_id))
}

fn usernames(forms: Vec<UsernameForm>, violations: &mut Violations) -> Vec<NewUsername> {
    if forms.len() > UserProfile::MAX_USERNAMES {
        let problem = format!("must have at most {} entries", UserProfile::MAX_USERNAMES);
        violations.note("authenticators.usernames", problem);
        return Vec::new();
    }
    let mut kept = Vec::with_capacity(forms.len());
    for (index, form) in forms.into_iter().enumerate() {
        let field = format!("authenticators.usernames[{index}].username");
        kept.extend(violations.keep(field, form.parse()));
    }
    kept
}
