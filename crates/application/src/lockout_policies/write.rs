use unlockd_domain::{Actor, LockoutPolicy, OrganizationId, OwnedPolicy, Permission, PolicyChange, Source, Timestamp};

use super::LockoutPolicies;
use crate::authentication::Caller;
use crate::error::Error;
use crate::ports::CommitPolicyError;
use crate::users::MAX_ATTEMPTS;

/// Where the history of a policy stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDetails {
    /// The sequence of its last event; 0 for one that was never set.
    pub sequence: u64,
    /// The time of its last event.
    pub change_date: Option<Timestamp>,
    /// Whose it is; none: the instance's.
    pub organization: Option<OrganizationId>,
}

impl LockoutPolicies {
    /// Sets a policy, or resets it; resetting what is not set changes nothing.
    pub(super) async fn write(
        &self,
        caller: &Caller,
        organization: Option<OrganizationId>,
        policy: Option<LockoutPolicy>,
        source: Option<&Source>,
    ) -> Result<PolicyDetails, Error> {
        self.authorize(caller, Permission::PolicyWrite, organization.as_ref())
            .await?;
        for _ in 0..MAX_ATTEMPTS {
            let before = self.store.find(organization.as_ref()).await?;
            let is_set = before.as_ref().is_some_and(|before| before.policy.is_some());
            if policy.is_none() && !is_set {
                return Ok(details(organization, before.as_ref()));
            }
            let actor = Actor::User(caller.user_id().clone());
            let change = PolicyChange::new(organization.clone(), before.as_ref(), policy, actor, self.clock.now())
                .from_source(source);
            match self.store.commit(&change).await {
                Ok(()) => return Ok(details(organization, Some(change.policy()))),
                Err(CommitPolicyError::Conflict) => tracing::debug!("decided anew: the policy has changed"),
                Err(CommitPolicyError::OrganizationNotFound) => {
                    return Err(organization.map_or(Error::PermissionDenied, Error::OrganizationNotFound));
                }
                Err(CommitPolicyError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }
}

fn details(organization: Option<OrganizationId>, owned: Option<&OwnedPolicy>) -> PolicyDetails {
    PolicyDetails {
        sequence: owned.map_or(0, |owned| owned.sequence.get()),
        change_date: owned.map(|owned| owned.changed_at),
        organization,
    }
}
