use async_trait::async_trait;
use unlockd_application::ports::{CreateOrganizationError, OrganizationStore, StoreError};
use unlockd_domain::{ActivityEvent, Organization, OrganizationId};

use super::MemoryStore;

#[async_trait]
impl OrganizationStore for MemoryStore {
    async fn create(
        &self,
        organization: &Organization,
        event: Option<&ActivityEvent>,
    ) -> Result<(), CreateOrganizationError> {
        let mut state = self.state()?;
        if state.organizations.contains_key(&organization.id) {
            return Err(CreateOrganizationError::IdTaken);
        }
        state
            .organizations
            .insert(organization.id.clone(), organization.clone());
        state.append_activity(event);
        Ok(())
    }

    async fn find(&self, id: &OrganizationId) -> Result<Option<Organization>, StoreError> {
        Ok(self.state()?.organizations.get(id).cloned())
    }

    async fn list(&self) -> Result<Vec<Organization>, StoreError> {
        let mut all: Vec<_> = self.state()?.organizations.values().cloned().collect();
        // The sort is stable and the map is in the order of the ids.
        all.sort_by_key(|organization| organization.created_at);
        Ok(all)
    }
}
