use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use unlockd_application::users::{CreateUserForm, OrganizationForm, SafeguardsForm};
use unlockd_domain::UserData;
use utoipa::ToSchema;

use super::set_authenticators::{SetPassword, SetUsername};
use crate::integer::Integer;
use crate::json::Object;
use crate::safeguards::if_sequence;

/// A new user. `contact`, `schemaId` and `organization.orgDomain` are documented and not done yet: they are refused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "userId": "eva",
    "organization": {"orgId": "default"},
    "authenticators": {"usernames": [{"username": "eva@example.com"}], "password": {"password": "correct horse battery staple"}},
    "data": {"floor": 3},
}))]
pub(crate) struct CreateUserRequest {
    /// Made, if it is not given. Neither `.` nor `..`, and without `/`, `\` and control characters.
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
    /// An object of at most 16 KiB and at most 30 levels deep, given back as it came.
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
    /// 0, if it is given: a user who does not exist has no events.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    if_sequence: Option<Integer<u64>>,
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
            safeguards: SafeguardsForm {
                if_sequence: request.if_sequence.map(Integer::get),
                ..SafeguardsForm::default()
            },
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
