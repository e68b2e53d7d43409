use std::collections::BTreeSet;

use async_trait::async_trait;
use unlockd_application::ports::{CommitError, CreateUserError, NewUser, StoreError, UserStore};
use unlockd_domain::{Grant, User, UserChange, UserEvent, UserId, UserProfile};

use super::{MemoryStore, State};

#[async_trait]
impl UserStore for MemoryStore {
    async fn find(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.get(id).map(|stored| stored.user.clone()))
    }

    async fn find_with_profile(&self, id: &UserId) -> Result<Option<(User, UserProfile)>, StoreError> {
        let state = self.state()?;
        let stored = state.users.get(id);
        Ok(stored.map(|stored| (stored.user.clone(), stored.profile.clone())))
    }

    async fn create(&self, user: &NewUser) -> Result<(), CreateUserError> {
        let mut state = self.state()?;
        state.check_new_user(user)?;
        state.insert_user(user);
        Ok(())
    }

    async fn commit(&self, change: &UserChange) -> Result<(), CommitError> {
        let mut state = self.state()?;
        let id = change.user().id();
        let sequence = state.users.get(id).map(|stored| stored.user.sequence());
        if sequence.is_none() || sequence != change.expected_sequence() {
            return Err(CommitError::Conflict);
        }
        let is_owner = state.grants.contains(&(id.clone(), Grant::instance_owner()));
        if change.ends_activity() && is_owner && !state.has_other_active_owner(id) {
            return Err(CommitError::LastInstanceOwner);
        }
        let stored = state.users.get_mut(id).ok_or(CommitError::Conflict)?;
        stored.user = change.user().clone();
        stored.history.push(change.event().clone());
        Ok(())
    }

    async fn history(&self, id: &UserId) -> Result<Vec<UserEvent>, StoreError> {
        let state = self.state()?;
        Ok(state
            .users
            .get(id)
            .map_or_else(Vec::new, |stored| stored.history.clone()))
    }
}

impl State {
    fn check_new_user(&self, new: &NewUser) -> Result<(), CreateUserError> {
        let user = new.change.user();
        if !self.organizations.contains_key(user.organization()) {
            return Err(CreateUserError::OrganizationNotFound);
        }
        if self.users.contains_key(user.id()) {
            return Err(CreateUserError::UserIdTaken);
        }
        let mut given = BTreeSet::new();
        for username in &new.profile.usernames {
            let scope = username.scope_organization(user.organization()).cloned();
            let name = (scope, username.key().clone());
            if self.usernames.contains(&name) || !given.insert(name) {
                return Err(CreateUserError::UsernameTaken {
                    username: username.name().to_owned(),
                });
            }
        }
        Ok(())
    }
}
