use async_trait::async_trait;
use unlockd_application::ports::{AddGrantError, GrantStore, RemoveGrantError, StoreError};
use unlockd_domain::{Grant, Timestamp, UserId};

use super::MemoryStore;

#[async_trait]
impl GrantStore for MemoryStore {
    async fn add(&self, user_id: &UserId, grant: &Grant) -> Result<(), AddGrantError> {
        let mut state = self.state()?;
        if !state.has_user(user_id) {
            return Err(AddGrantError::UserNotFound);
        }
        if grant
            .organization()
            .is_some_and(|id| !state.organizations.contains_key(id))
        {
            return Err(AddGrantError::OrganizationNotFound);
        }
        state.grants.insert((user_id.clone(), grant.clone()));
        Ok(())
    }

    async fn remove(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), RemoveGrantError> {
        let mut state = self.state()?;
        let held = (user_id.clone(), grant.clone());
        if !state.grants.contains(&held) {
            return Err(RemoveGrantError::NotGranted);
        }
        let ends_an_active_owner = *grant == Grant::instance_owner() && state.is_active(user_id, now);
        if ends_an_active_owner && !state.has_other_active_owner(user_id, now) {
            return Err(RemoveGrantError::LastInstanceOwner);
        }
        state.grants.remove(&held);
        Ok(())
    }

    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<(UserId, Grant)>, StoreError> {
        let state = self.state()?;
        let wanted = |holder: &UserId| user_id.is_none_or(|id| id == holder);
        Ok(state
            .grants
            .iter()
            .filter(|(holder, _)| wanted(holder))
            .cloned()
            .collect())
    }
}
