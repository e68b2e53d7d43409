use unlockd_application::lockout_policies::LockoutPolicyOrigin as Origin;
use unlockd_application::users::SafeguardsForm;
use unlockd_application::{Error, LockoutPolicyService};
use unlockd_proto::unlockd::policy::v1::{GetLockoutPolicyRequest, GetLockoutPolicyResponse, LockoutPolicyOrigin};

use super::owner;
use crate::call::Call;
use crate::{lockout_policy, object_details};

/// Reads the policy that holds.
#[tracing::instrument(level = "debug", name = "grpc.policies.get", skip_all)]
pub(super) async fn get_lockout_policy(
    policies: &dyn LockoutPolicyService,
    call: Call<GetLockoutPolicyRequest>,
) -> Result<GetLockoutPolicyResponse, Error> {
    // Reads need no safeguards, and are harmed by none.
    let query = owner(call.message.organization_id, SafeguardsForm::default()).parse_get()?;
    let found = policies.get_lockout_policy(call.live.caller(), query).await?;
    Ok(GetLockoutPolicyResponse {
        policy: Some(lockout_policy::to_proto(&found.policy)),
        origin: origin(&found.origin).into(),
        details: object_details::of_origin(&found.origin),
    })
}

fn origin(origin: &Origin) -> LockoutPolicyOrigin {
    match origin {
        Origin::Default => LockoutPolicyOrigin::Default,
        Origin::Instance(_) => LockoutPolicyOrigin::Instance,
        Origin::Organization(_) => LockoutPolicyOrigin::Organization,
    }
}
