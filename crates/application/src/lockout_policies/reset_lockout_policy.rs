use unlockd_domain::{OrganizationId, Source};

use super::{LockoutPolicies, PolicyDetails};
use crate::authentication::Caller;
use crate::error::Error;

/// Takes the policy of an organization away, so that the instance's holds; or that of the instance, so that the default holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetLockoutPolicy {
    /// Whose; none: the instance's.
    pub organization: Option<OrganizationId>,
    /// Where the request comes from.
    pub source: Option<Source>,
}

impl ResetLockoutPolicy {
    #[tracing::instrument(level = "debug", name = "application.reset_lockout_policy", skip_all)]
    pub(super) async fn execute(self, policies: &LockoutPolicies, caller: &Caller) -> Result<PolicyDetails, Error> {
        policies
            .write(caller, self.organization, None, self.source.as_ref())
            .await
    }
}
