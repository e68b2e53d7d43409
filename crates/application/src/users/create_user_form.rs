use unlockd_domain::{
    OrganizationId, PasswordHash, PlainPassword, UserData, UserDataError, UserId, UserProfile, UsernameScope,
};

use super::{CreateUser, NewPassword, NewPasswordSecret, NewUsername};
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
}

/// `zitadel.object.v2beta.Organization`.
#[derive(Default)]
pub struct OrganizationForm {
    /// `org_id`; empty when it is not set.
    pub org_id: String,
    /// Whether `org_domain` is set.
    pub has_domain: bool,
}

/// `zitadel.user.v3alpha.SetUsername`.
#[derive(Default)]
pub struct UsernameForm {
    /// `username`; empty when it is not set.
    pub username: String,
    /// `is_organization_specific`.
    pub is_organization_specific: bool,
}

/// `zitadel.user.v3alpha.SetPassword`.
#[derive(Default)]
pub struct PasswordForm {
    /// `password`, if it is set.
    pub password: Option<String>,
    /// `hash`, if it is set.
    pub hash: Option<String>,
    /// `change_required`.
    pub change_required: bool,
}

impl CreateUserForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when a field is set that unlockd does nothing with; else [`Error::InvalidArgument`] with all
    /// that is wrong, in the order of the proto's fields.
    pub fn parse(self) -> Result<CreateUser, Error> {
        self.refuse_what_is_not_done()?;
        let mut violations = Violations::default();
        let user_id = self.user_id.and_then(|id| violations.keep("user_id", UserId::new(id)));
        let organization = organization(self.organization, &mut violations);
        let usernames = usernames(self.usernames, &mut violations);
        let password = self
            .password
            .and_then(|password| new_password(password, &mut violations));
        let data = self.data.and_then(|data| violations.keep("data", data));
        violations.finish(organization.map(|organization| CreateUser {
            user_id,
            organization,
            usernames,
            password,
            data,
        }))
    }

    fn refuse_what_is_not_done(&self) -> Result<(), Error> {
        let has_domain = self
            .organization
            .as_ref()
            .is_some_and(|organization| organization.has_domain);
        let not_done = [
            (has_domain, "organization.org_domain"),
            (self.has_contact, "contact"),
            (!self.schema_id.is_empty(), "schema_id"),
        ];
        match not_done.into_iter().find(|(is_set, _)| *is_set) {
            Some((_, field)) => Err(Error::Unimplemented {
                field: field.to_owned(),
            }),
            None => Ok(()),
        }
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
        let scope = if form.is_organization_specific {
            UsernameScope::Organization
        } else {
            UsernameScope::Instance
        };
        let field = format!("authenticators.usernames[{index}].username");
        kept.extend(violations.keep(field, NewUsername::new(form.username, scope)));
    }
    kept
}

fn new_password(form: PasswordForm, violations: &mut Violations) -> Option<NewPassword> {
    let secret = match (form.password, form.hash) {
        (Some(password), None) => violations
            .keep("authenticators.password.password", PlainPassword::new(password))
            .map(NewPasswordSecret::Plain),
        (None, Some(hash)) => violations
            .keep("authenticators.password.hash", PasswordHash::import(hash))
            .map(NewPasswordSecret::Imported),
        (Some(_), Some(_)) => {
            violations.note("authenticators.password", "must have a password or a hash, not both");
            None
        }
        (None, None) => {
            if form.change_required {
                violations.note("authenticators.password", "must have a password or a hash");
            }
            None
        }
    };
    secret.map(|secret| NewPassword {
        secret,
        change_required: form.change_required,
    })
}
