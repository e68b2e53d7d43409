use unlockd_application::users::Outcome;
use unlockd_application::{Error, LockoutPolicyService};
use unlockd_proto::unlockd::policy::v1::{ResetLockoutPolicyRequest, ResetLockoutPolicyResponse};

use super::owner;
use crate::call::{Call, unknown_safeguards};
use crate::object_details;

/// Takes a policy away, so that what stands behind it holds.
#[tracing::instrument(level = "debug", name = "grpc.policies.reset", skip_all)]
pub(super) async fn reset_lockout_policy(
    policies: &dyn LockoutPolicyService,
    call: Call<ResetLockoutPolicyRequest>,
) -> Result<Outcome<ResetLockoutPolicyResponse>, Error> {
    let safeguards = unknown_safeguards(call.idempotency_keys, call.if_match);
    let command = owner(call.message.organization_id, safeguards).parse_reset()?;
    let reset = policies.reset_lockout_policy(call.live.caller(), command).await?;
    Ok(reset.map(|details| ResetLockoutPolicyResponse {
        details: Some(object_details::of_policy(&details)),
    }))
}
