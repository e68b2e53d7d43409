use serde::Serialize;
use unlockd_application::lockout_policies::PolicyDetails;
use unlockd_application::sessions::SessionDetails;
use unlockd_domain::OwnedPolicy;
use utoipa::ToSchema;

/// Where the history of a session or of a policy stands (`zitadel.object.v2.Details`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ObjectDetails {
    /// The number of the last change; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "3", pattern = "^[0-9]{1,20}$")]
    sequence: Option<String>,
    /// The time of the last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime, example = "2024-06-25T13:35:39.148123Z")]
    change_date: Option<String>,
    /// The id of the organization that owns the object; left out when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "default")]
    resource_owner: Option<String>,
}

impl From<SessionDetails> for ObjectDetails {
    fn from(details: SessionDetails) -> Self {
        Self {
            sequence: text_unless_zero(details.sequence),
            change_date: Some(details.change_date.to_string()),
            resource_owner: details.resource_owner.map(|id| id.to_string()),
        }
    }
}

impl From<PolicyDetails> for ObjectDetails {
    fn from(details: PolicyDetails) -> Self {
        Self {
            sequence: text_unless_zero(details.sequence),
            change_date: details.change_date.map(|time| time.to_string()),
            resource_owner: details.organization.map(|id| id.to_string()),
        }
    }
}

impl From<OwnedPolicy> for ObjectDetails {
    fn from(owned: OwnedPolicy) -> Self {
        Self {
            sequence: Some(owned.sequence.to_string()),
            change_date: Some(owned.changed_at.to_string()),
            resource_owner: owned.organization.map(|id| id.to_string()),
        }
    }
}

fn text_unless_zero(number: u64) -> Option<String> {
    (number > 0).then(|| number.to_string())
}
