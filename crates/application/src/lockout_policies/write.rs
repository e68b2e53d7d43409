use unlockd_domain::{Event, LockoutPolicy, OrganizationId, OwnedPolicy, Permission, PolicyChange, Timestamp};

use super::LockoutPolicies;
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::IdempotentRequest;
use crate::ports::{CommitPolicyError, RecordedRequest};
use crate::users::{MAX_ATTEMPTS, Outcome};

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

/// A policy to be written.
pub(super) struct Write {
    /// The owner; none: the instance.
    pub(super) organization: Option<OrganizationId>,
    /// The policy to set; none to reset it.
    pub(super) policy: Option<LockoutPolicy>,
    /// The request to record with the change, if it has a key.
    pub(super) request: Option<IdempotentRequest>,
}

impl LockoutPolicies {
    /// Sets a policy, or resets it; resetting what is not set changes nothing. A request that was done before under its key
    /// gets the first answer again.
    pub(super) async fn write(&self, caller: &Caller, write: Write) -> Result<Outcome<PolicyDetails>, Error> {
        let Write {
            organization,
            policy,
            request,
        } = write;
        self.authorize(caller, Permission::PolicyWrite, organization.as_ref())
            .await?;
        for _ in 0..MAX_ATTEMPTS {
            let before = self.store.find(organization.as_ref()).await?;
            if let Some(done) = self.done_before(caller, request.as_ref()).await? {
                return Ok(Outcome::replayed(done));
            }
            let is_set = before.as_ref().is_some_and(|before| before.policy.is_some());
            if policy.is_none() && !is_set {
                return Ok(Outcome::new(details(organization, before.as_ref())));
            }
            let actor = caller.actor();
            let change = PolicyChange::new(organization.clone(), before.as_ref(), policy, actor, self.clock.now())
                .from_source(caller.source());
            match self.store.commit(&change, request.as_ref()).await {
                Ok(()) => return Ok(Outcome::new(details(organization, Some(change.policy())))),
                Err(CommitPolicyError::Conflict | CommitPolicyError::IdempotencyKeyTaken) => {
                    tracing::debug!("decided anew: the policy has changed");
                }
                Err(CommitPolicyError::OrganizationNotFound) => {
                    return Err(organization.map_or(Error::PermissionDenied, Error::OrganizationNotFound));
                }
                Err(CommitPolicyError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }

    async fn done_before(
        &self,
        caller: &Caller,
        request: Option<&IdempotentRequest>,
    ) -> Result<Option<PolicyDetails>, Error> {
        let Some(request) = request else {
            return Ok(None);
        };
        match self.requests.find_request(caller.user_id(), &request.key).await? {
            None => Ok(None),
            Some(RecordedRequest {
                event: Event::Policy(event),
                digest,
            }) if digest == Some(request.digest) => Ok(Some(PolicyDetails {
                sequence: event.sequence.get(),
                change_date: Some(event.time),
                organization: event.organization,
            })),
            Some(_) => Err(Error::IdempotencyKeyReused),
        }
    }
}

fn details(organization: Option<OrganizationId>, owned: Option<&OwnedPolicy>) -> PolicyDetails {
    PolicyDetails {
        sequence: owned.map_or(0, |owned| owned.sequence.get()),
        change_date: owned.map(|owned| owned.changed_at),
        organization,
    }
}
