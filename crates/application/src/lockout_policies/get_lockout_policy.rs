use unlockd_domain::{LockoutPolicy, OrganizationId, OwnedPolicy, Permission};

use super::LockoutPolicies;
use crate::authentication::Caller;
use crate::error::Error;

/// Reads the policy that holds for the users of an organization, or of those that have none of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetLockoutPolicy {
    /// Whose; none: the instance's.
    pub organization: Option<OrganizationId>,
}

/// The outcome of [`GetLockoutPolicy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveLockoutPolicy {
    /// What holds.
    pub policy: LockoutPolicy,
    /// Where it comes from.
    pub origin: LockoutPolicyOrigin,
}

/// Where a policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockoutPolicyOrigin {
    /// Nothing was set: [`LockoutPolicy::DEFAULT`].
    Default,
    /// It was set on the instance.
    Instance(OwnedPolicy),
    /// It was set on the organization.
    Organization(OwnedPolicy),
}

impl GetLockoutPolicy {
    #[tracing::instrument(level = "debug", name = "application.get_lockout_policy", skip_all)]
    pub(super) async fn execute(
        self,
        policies: &LockoutPolicies,
        caller: &Caller,
    ) -> Result<EffectiveLockoutPolicy, Error> {
        let organization = self.organization.as_ref();
        policies.authorize(caller, Permission::PolicyRead, organization).await?;
        let owned = policies.store.find_effective(organization).await?;
        let (policy, origin) = match owned {
            Some(owned) => {
                let policy = owned.policy.unwrap_or_default();
                let origin = match owned.organization {
                    Some(_) => LockoutPolicyOrigin::Organization(owned),
                    None => LockoutPolicyOrigin::Instance(owned),
                };
                (policy, origin)
            }
            None => (LockoutPolicy::DEFAULT, LockoutPolicyOrigin::Default),
        };
        Ok(EffectiveLockoutPolicy { policy, origin })
    }
}
