use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use unlockd_application::users::{CreateUser, NewPassword, NewPasswordSecret, NewUsername};
use unlockd_application::{Error, Violations};
use unlockd_domain::{OrganizationId, PasswordHash, PlainPassword, UserData, UserId, UsernameScope};
use utoipa::ToSchema;

use crate::json::Object;

/// A new user. `contact`, `schemaId` and `organization.orgDomain` are documented and not done yet: they are refused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateUserRequest {
    /// Made, if it is not given.
    #[serde(alias = "user_id")]
    #[schema(min_length = 1, max_length = 200)]
    user_id: Option<String>,
    #[schema(value_type = Organization)]
    organization: Option<Object<Organization>>,
    #[schema(value_type = Option<SetAuthenticators>)]
    authenticators: Option<Object<SetAuthenticators>>,
    #[schema(value_type = Option<Object>)]
    contact: Option<IgnoredAny>,
    #[serde(alias = "schema_id")]
    schema_id: Option<String>,
    /// An object of at most 16 KiB, given back as it came.
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
}

/// The organization that is to own the user.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Organization {
    #[serde(alias = "org_id")]
    #[schema(min_length = 1, max_length = 200)]
    org_id: Option<String>,
    #[serde(alias = "org_domain")]
    org_domain: Option<String>,
}

/// How the user is to sign in.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetAuthenticators {
    #[schema(value_type = Option<Vec<SetUsername>>)]
    usernames: Option<Vec<Object<SetUsername>>>,
    #[schema(value_type = Option<SetPassword>)]
    password: Option<Object<SetPassword>>,
}

/// A name to sign in with, unique ignoring case.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetUsername {
    #[schema(min_length = 1, max_length = 200)]
    username: Option<String>,
    /// Whether the name is unique within the organization only.
    #[serde(alias = "is_organization_specific")]
    is_organization_specific: Option<bool>,
}

/// A password, or the hash that another system made of it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetPassword {
    #[schema(min_length = 1, max_length = 200)]
    password: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    hash: Option<String>,
    /// Whether the user has to choose another one at the next sign-in.
    #[serde(alias = "change_required")]
    change_required: Option<bool>,
}

impl TryFrom<CreateUserRequest> for CreateUser {
    type Error = Error;

    fn try_from(request: CreateUserRequest) -> Result<Self, Error> {
        refuse_what_is_not_done(&request)?;
        let mut violations = Violations::default();
        let user_id = request
            .user_id
            .and_then(|id| violations.keep("user_id", UserId::new(id)));
        let organization = organization(request.organization, &mut violations);
        let authenticators = request.authenticators.map(|Object(authenticators)| authenticators);
        let SetAuthenticators { usernames, password } = authenticators.unwrap_or_default();
        let usernames = usernames_of(usernames.unwrap_or_default(), &mut violations);
        let password = password.and_then(|Object(password)| password_of(password, &mut violations));
        let data = request
            .data
            .and_then(|data| violations.keep("data", UserData::from_json(data.get())));
        violations.finish(organization.map(|organization| Self {
            user_id,
            organization,
            usernames,
            password,
            data,
        }))
    }
}

fn refuse_what_is_not_done(request: &CreateUserRequest) -> Result<(), Error> {
    let organization = request.organization.as_ref().map(|Object(organization)| organization);
    let has_domain = organization.is_some_and(|organization| organization.org_domain.is_some());
    let has_schema = request.schema_id.as_deref().is_some_and(|id| !id.is_empty());
    let not_done = [
        (has_domain, "organization.org_domain"),
        (request.contact.is_some(), "contact"),
        (has_schema, "schema_id"),
    ];
    match not_done.into_iter().find(|(given, _)| *given) {
        Some((_, field)) => Err(Error::Unimplemented {
            field: field.to_owned(),
        }),
        None => Ok(()),
    }
}

fn organization(organization: Option<Object<Organization>>, violations: &mut Violations) -> Option<OrganizationId> {
    let Some(Object(organization)) = organization else {
        violations.note("organization", "must be given");
        return None;
    };
    let id = OrganizationId::new(organization.org_id.unwrap_or_default());
    violations.keep("organization.org_id", id)
}

fn usernames_of(usernames: Vec<Object<SetUsername>>, violations: &mut Violations) -> Vec<NewUsername> {
    let mut kept = Vec::with_capacity(usernames.len());
    for (index, Object(username)) in usernames.into_iter().enumerate() {
        let scope = if username.is_organization_specific.unwrap_or_default() {
            UsernameScope::Organization
        } else {
            UsernameScope::Instance
        };
        let name = NewUsername::new(username.username.unwrap_or_default(), scope);
        kept.extend(violations.keep(format!("authenticators.usernames[{index}].username"), name));
    }
    kept
}

fn password_of(password: SetPassword, violations: &mut Violations) -> Option<NewPassword> {
    let secret = match (password.password, password.hash) {
        (None, None) => None,
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
    };
    secret.map(|secret| NewPassword {
        secret,
        change_required: password.change_required.unwrap_or_default(),
    })
}
