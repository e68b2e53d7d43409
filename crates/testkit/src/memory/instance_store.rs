use async_trait::async_trait;
use unlockd_application::ports::{Bootstrap, InstanceStore, StoreError};

use super::MemoryStore;

#[async_trait]
impl InstanceStore for MemoryStore {
    async fn ping(&self) -> Result<(), StoreError> {
        self.state().map(drop)
    }

    async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.state()?.organizations.is_empty())
    }

    async fn bootstrap(&self, bootstrap: &Bootstrap) -> Result<bool, StoreError> {
        let mut state = self.state()?;
        if !state.organizations.is_empty() {
            return Ok(false);
        }
        let Bootstrap {
            organization,
            user,
            grant,
            token,
            digest,
            events,
        } = bootstrap;
        state
            .organizations
            .insert(organization.id.clone(), organization.clone());
        state.insert_user(user);
        state.grant(user.change.user().id(), grant, user.change.event().time);
        state.tokens.insert(token.id.clone(), (token.clone(), *digest));
        for event in events {
            state.append_activity(Some(event));
        }
        Ok(true)
    }
}
