use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use unlockd_application::users::{CreateUserForm, OrganizationForm, PasswordForm, UsernameForm};
use unlockd_domain::UserData;
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

impl From<CreateUserRequest> for CreateUserForm {
    fn from(request: CreateUserRequest) -> Self {
        let authenticators = request.authenticators.map(|Object(set)| set).unwrap_or_default();
        let usernames = authenticators.usernames.unwrap_or_default();
        Self {
            user_id: request.user_id,
            organization: request.organization.map(|Object(organization)| organization.into()),
            usernames: usernames.into_iter().map(|Object(username)| username.into()).collect(),
            password: authenticators.password.map(|Object(password)| password.into()),
            has_contact: request.contact.is_some(),
            schema_id: request.schema_id.unwrap_or_default(),
            data: request.data.map(|data| UserData::from_json(data.get())),
        }
    }
}

impl From<Organization> for OrganizationForm {
    fn from(organization: Organization) -> Self {
        Self {
            org_id: organization.org_id.unwrap_or_default(),
            has_domain: organization.org_domain.is_some(),
        }
    }
}

impl From<SetUsername> for UsernameForm {
    fn from(username: SetUsername) -> Self {
        Self {
            username: username.username.unwrap_or_default(),
            is_organization_specific: username.is_organization_specific.unwrap_or_default(),
        }
    }
}

impl From<SetPassword> for PasswordForm {
    fn from(password: SetPassword) -> Self {
        Self {
            password: password.password,
            hash: password.hash,
            change_required: password.change_required.unwrap_or_default(),
        }
    }
}
