use async_trait::async_trait;
use unlockd_application::ports::{AddGrantError, GrantStore, RemoveGrantError, StoreError};
use unlockd_domain::{Actor, Grant, Timestamp, User, UserChange, UserDeleted, UserId};

use super::{MemoryStore, State};

#[async_trait]
impl GrantStore for MemoryStore {
    async fn add(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), AddGrantError> {
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
        state.grant(user_id, grant, now);
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
        state.record(user_id, |user| user.remove_role(grant.clone(), Actor::System, now));
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

impl State {
    /// Grants a role to a user who is there.
    pub(super) fn grant(&mut self, user_id: &UserId, grant: &Grant, now: Timestamp) {
        if self.grants.insert((user_id.clone(), grant.clone())) {
            self.record(user_id, |user| user.grant_role(grant.clone(), Actor::System, now));
        }
    }

    /// Writes the event of a grant.
    fn record(&mut self, user_id: &UserId, decide: impl FnOnce(&User) -> Result<UserChange, UserDeleted>) {
        let change = self.users.get(user_id).and_then(|stored| decide(&stored.user).ok());
        if let Some(change) = change {
            self.apply(&change, None);
        }
    }
}
