use unlockd_domain::OrganizationId;

use super::write::Write;
use super::{LockoutPolicies, PolicyDetails};
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::{IdempotencyKey, RequestDigester};
use crate::users::Outcome;

/// Takes the policy of an organization away, so that the instance's holds; or that of the instance, so that the default holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetLockoutPolicy {
    /// Whose; none: the instance's.
    pub organization: Option<OrganizationId>,
    /// The idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

impl ResetLockoutPolicy {
    #[tracing::instrument(level = "debug", name = "application.reset_lockout_policy", skip_all)]
    pub(super) async fn execute(
        self,
        policies: &LockoutPolicies,
        caller: &Caller,
    ) -> Result<Outcome<PolicyDetails>, Error> {
        let digester = RequestDigester::new("reset_lockout_policy")
            .optional(self.organization.as_ref().map(OrganizationId::as_str));
        let write = Write {
            organization: self.organization,
            policy: None,
            request: digester.request(self.idempotency_key),
        };
        policies.write(caller, write).await
    }
}
