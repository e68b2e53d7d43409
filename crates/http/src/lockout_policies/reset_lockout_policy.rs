use axum::extract::State;

use super::policy_owner::{OrganizationInPath, PolicyOwner};
use super::set_lockout_policy::ChangedLockoutPolicy;
use crate::authenticated::Authenticated;
use crate::refusal::Refusal;
use crate::router::Api;
use crate::safeguards::{IdempotencyKeyHeader, Once};

/// Takes the policy of an organization away, so that the instance's holds. Taking it away again changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/organizations/{organization_id}/lockout-policy",
    tag = "lockout policies",
    params(OrganizationInPath, IdempotencyKeyHeader),
    responses((status = 200, description = "The policy is gone.", body = ChangedLockoutPolicy)),
)]
#[tracing::instrument(level = "debug", name = "http.lockout_policies.reset", skip_all)]
pub(crate) async fn reset_lockout_policy(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    PolicyOwner(owner): PolicyOwner,
) -> Result<Once<ChangedLockoutPolicy>, Refusal> {
    let command = owner.parse_reset()?;
    let outcome = api.lockout_policies.reset_lockout_policy(&caller, command).await?;
    Ok(Once::of(outcome))
}
