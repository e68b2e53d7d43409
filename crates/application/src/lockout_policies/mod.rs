//! The use cases of `unlockd.policy.v1.LockoutPolicyService`, and the reading of `zitadel.settings.v2.SettingsService`.

mod get_lockout_policy;
mod lockout_policy_form;
mod reset_lockout_policy;
mod set_lockout_policy;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use unlockd_domain::{OrganizationId, Permission, Reach};

pub use get_lockout_policy::{EffectiveLockoutPolicy, GetLockoutPolicy, LockoutPolicyOrigin};
pub use lockout_policy_form::{LockoutPolicyForm, OwnerForm, SettingsOwnerForm};
pub use reset_lockout_policy::ResetLockoutPolicy;
pub use set_lockout_policy::SetLockoutPolicy;
pub use write::PolicyDetails;

use crate::authentication::Caller;
use crate::error::Error;
use crate::ports::{Clock, LockoutPolicyStore, OrganizationStore, UserStore};
use crate::services::LockoutPolicyService;
use crate::users::Outcome;

/// The use cases about lockout policies, on the ports they need.
#[derive(Clone)]
pub struct LockoutPolicies {
    /// Where policies are kept.
    pub store: Arc<dyn LockoutPolicyStore>,
    /// Store in which requests are found by their idempotency keys.
    pub requests: Arc<dyn UserStore>,
    /// Who can have one.
    pub organizations: Arc<dyn OrganizationStore>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl LockoutPolicyService for LockoutPolicies {
    async fn get_lockout_policy(
        &self,
        caller: &Caller,
        query: GetLockoutPolicy,
    ) -> Result<EffectiveLockoutPolicy, Error> {
        query.execute(self, caller).await
    }

    async fn set_lockout_policy(
        &self,
        caller: &Caller,
        command: SetLockoutPolicy,
    ) -> Result<Outcome<PolicyDetails>, Error> {
        command.execute(self, caller).await
    }

    async fn reset_lockout_policy(
        &self,
        caller: &Caller,
        command: ResetLockoutPolicy,
    ) -> Result<Outcome<PolicyDetails>, Error> {
        command.execute(self, caller).await
    }
}

impl LockoutPolicies {
    /// Whether the caller may do this with the policy of the instance, or of an organization, which exists then.
    async fn authorize(
        &self,
        caller: &Caller,
        permission: Permission,
        organization: Option<&OrganizationId>,
    ) -> Result<(), Error> {
        let reach = caller.require(permission)?;
        let Some(id) = organization else {
            return match reach {
                Reach::Instance => Ok(()),
                Reach::Organizations(_) | Reach::Nothing => Err(Error::PermissionDenied),
            };
        };
        if !reach.covers(id) {
            return Err(Error::PermissionDenied);
        }
        match self.organizations.find(id).await? {
            Some(_) => Ok(()),
            None => Err(Error::OrganizationNotFound(id.clone())),
        }
    }
}
