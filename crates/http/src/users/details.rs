use serde::Serialize;
use unlockd_application::users;
use utoipa::ToSchema;

/// Where a user's history stands (`zitadel.object.v2beta.Details`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    /// The number of the last event.
    #[schema(example = "3", pattern = "^[0-9]{1,20}$")]
    sequence: String,
    /// The time of the last event.
    #[schema(format = DateTime, example = "2024-06-25T13:35:39.148123Z")]
    change_date: String,
    /// The id of the organization that owns the user.
    #[schema(example = "default")]
    resource_owner: String,
}

/// The answer to a change of a user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "details": {"sequence": "3", "changeDate": "2024-06-25T13:35:39.148123Z", "resourceOwner": "default"},
}))]
pub(crate) struct ChangedUser {
    /// Where the user's history stands now.
    details: Details,
}

impl From<users::Details> for Details {
    fn from(details: users::Details) -> Self {
        Self {
            sequence: details.sequence.to_string(),
            change_date: details.change_date.to_string(),
            resource_owner: details.resource_owner.to_string(),
        }
    }
}

impl From<users::Details> for ChangedUser {
    fn from(details: users::Details) -> Self {
        Self {
            details: details.into(),
        }
    }
}
