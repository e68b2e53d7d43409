//! `zitadel.object.v2.Details`.

use unlockd_application::lockout_policies::{LockoutPolicyOrigin, PolicyDetails};
use unlockd_application::sessions::SessionDetails;
use unlockd_domain::{OrganizationId, OwnedPolicy};
use unlockd_proto::zitadel::object::v2::Details;

use crate::timestamp::to_proto;

/// Where a session stands.
pub(crate) fn of_session(details: &SessionDetails) -> Details {
    Details {
        sequence: details.sequence,
        change_date: Some(to_proto(details.change_date)),
        resource_owner: owner(details.resource_owner.as_ref()),
        creation_date: None,
    }
}

/// Where the history of a policy stands.
pub(crate) fn of_policy(details: &PolicyDetails) -> Details {
    Details {
        sequence: details.sequence,
        change_date: details.change_date.map(to_proto),
        resource_owner: owner(details.organization.as_ref()),
        creation_date: None,
    }
}

/// The same of a policy that holds; the default has no history.
pub(crate) fn of_origin(origin: &LockoutPolicyOrigin) -> Option<Details> {
    match origin {
        LockoutPolicyOrigin::Default => None,
        LockoutPolicyOrigin::Instance(owned) | LockoutPolicyOrigin::Organization(owned) => Some(of_owned(owned)),
    }
}

fn of_owned(owned: &OwnedPolicy) -> Details {
    Details {
        sequence: owned.sequence.get(),
        change_date: Some(to_proto(owned.changed_at)),
        resource_owner: owner(owned.organization.as_ref()),
        creation_date: None,
    }
}

fn owner(organization: Option<&OrganizationId>) -> String {
    organization.map(ToString::to_string).unwrap_or_default()
}
