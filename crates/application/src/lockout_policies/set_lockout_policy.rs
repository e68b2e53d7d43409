use unlockd_domain::{LockoutPolicy, OrganizationId};

use super::write::Write;
use super::{LockoutPolicies, PolicyDetails};
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::{IdempotencyKey, RequestDigester};
use crate::text_forms::lockout_policy_text;
use crate::users::Outcome;

/// Sets the policy of an organization, or of those that have none of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLockoutPolicy {
    /// Whose; none: the instance's.
    pub organization: Option<OrganizationId>,
    /// The whole policy.
    pub policy: LockoutPolicy,
    /// The idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

impl SetLockoutPolicy {
    #[tracing::instrument(level = "debug", name = "application.set_lockout_policy", skip_all)]
    pub(super) async fn execute(
        self,
        policies: &LockoutPolicies,
        caller: &Caller,
    ) -> Result<Outcome<PolicyDetails>, Error> {
        let digester = RequestDigester::new("set_lockout_policy")
            .optional(self.organization.as_ref().map(OrganizationId::as_str))
            .field(lockout_policy_text(&self.policy));
        let write = Write {
            organization: self.organization,
            policy: Some(self.policy),
            request: digester.request(self.idempotency_key),
        };
        policies.write(caller, write).await
    }
}
