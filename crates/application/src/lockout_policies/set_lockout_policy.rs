use unlockd_domain::{LockoutPolicy, OrganizationId, Source};

use super::{LockoutPolicies, PolicyDetails};
use crate::authentication::Caller;
use crate::error::Error;

/// Sets the policy of an organization, or of those that have none of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLockoutPolicy {
    /// Whose; none: the instance's.
    pub organization: Option<OrganizationId>,
    /// The whole policy.
    pub policy: LockoutPolicy,
    /// Where the request comes from.
    pub source: Option<Source>,
}

impl SetLockoutPolicy {
    #[tracing::instrument(level = "debug", name = "application.set_lockout_policy", skip_all)]
    pub(super) async fn execute(self, policies: &LockoutPolicies, caller: &Caller) -> Result<PolicyDetails, Error> {
        policies
            .write(caller, self.organization, Some(self.policy), self.source.as_ref())
            .await
    }
}
