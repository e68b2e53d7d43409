use unlockd_application::users::Outcome;
use unlockd_application::{Error, LockoutPolicyService};
use unlockd_proto::unlockd::policy::v1::{SetLockoutPolicyRequest, SetLockoutPolicyResponse};

use super::owner;
use crate::call::{Call, unknown_safeguards};
use crate::{lockout_policy, object_details};

/// Sets a whole policy.
#[tracing::instrument(level = "debug", name = "grpc.policies.set", skip_all)]
pub(super) async fn set_lockout_policy(
    policies: &dyn LockoutPolicyService,
    call: Call<SetLockoutPolicyRequest>,
) -> Result<Outcome<SetLockoutPolicyResponse>, Error> {
    let safeguards = unknown_safeguards(call.idempotency_keys, call.if_match);
    let policy = call.message.policy.map(lockout_policy::form);
    let command = owner(call.message.organization_id, safeguards).parse_set(policy, "policy.")?;
    let set = policies.set_lockout_policy(call.live.caller(), command).await?;
    Ok(set.map(|details| SetLockoutPolicyResponse {
        details: Some(object_details::of_policy(&details)),
    }))
}
