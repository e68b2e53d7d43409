use async_trait::async_trait;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::ports::{CommitPolicyError, LockoutPolicyStore, StoreError};
use unlockd_domain::{Event, OrganizationId, OwnedPolicy, PolicyChange};

use super::{MemoryStore, StoredRequest};

#[async_trait]
impl LockoutPolicyStore for MemoryStore {
    async fn find(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        Ok(self.state()?.policies.get(&organization.cloned()).cloned())
    }

    async fn find_effective(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        let state = self.state()?;
        let set = |owner: &Option<OrganizationId>| state.policies.get(owner).filter(|owned| owned.policy.is_some());
        Ok(set(&organization.cloned()).or_else(|| set(&None)).cloned())
    }

    async fn commit(
        &self,
        change: &PolicyChange,
        request: Option<&IdempotentRequest>,
    ) -> Result<(), CommitPolicyError> {
        let mut state = self.state()?;
        let after = change.policy();
        if let Some(id) = &after.organization
            && !state.organizations.contains_key(id)
        {
            return Err(CommitPolicyError::OrganizationNotFound);
        }
        let stored = state.policies.get(&after.organization);
        if stored.map(|stored| stored.sequence) != change.expected_sequence() {
            return Err(CommitPolicyError::Conflict);
        }
        if state.has_key(&change.event().actor, request) {
            return Err(CommitPolicyError::IdempotencyKeyTaken);
        }
        state.policies.insert(after.organization.clone(), after.clone());
        state.push_event(Event::Policy(change.event().clone()), request.map(StoredRequest::of));
        Ok(())
    }
}
