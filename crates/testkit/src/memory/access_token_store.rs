use async_trait::async_trait;
use unlockd_application::ports::{AccessTokenStore, AddTokenError, StoreError, TokenHolder};
use unlockd_domain::{AccessToken, AccessTokenId, ActivityEvent, Timestamp, TokenDigest, UserId};

use super::MemoryStore;

#[async_trait]
impl AccessTokenStore for MemoryStore {
    async fn add(
        &self,
        token: &AccessToken,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), AddTokenError> {
        let mut state = self.state()?;
        if !state.has_user(&token.user_id) {
            return Err(AddTokenError::UserNotFound);
        }
        let digest_in_use = state.tokens.values().any(|(_, used)| used == digest);
        if digest_in_use || state.tokens.contains_key(&token.id) {
            return Err(AddTokenError::TokenTaken);
        }
        state.tokens.insert(token.id.clone(), (token.clone(), *digest));
        state.append_activity(event);
        Ok(())
    }

    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<TokenHolder>, StoreError> {
        let state = self.state()?;
        let token = state.tokens.values().find(|(_, used)| used == digest);
        let holder = token.and_then(|(token, _)| {
            let stored = state.users.get(&token.user_id)?;
            Some(TokenHolder {
                token: token.clone(),
                user: stored.user.clone(),
                grants: state.grants_of(&token.user_id),
            })
        });
        Ok(holder)
    }

    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<AccessToken>, StoreError> {
        let state = self.state()?;
        let mut tokens: Vec<_> = state
            .tokens
            .values()
            .map(|(token, _)| token)
            .filter(|token| user_id.is_none_or(|id| *id == token.user_id))
            .cloned()
            .collect();
        // The sort is stable and the map is in the order of the ids.
        tokens.sort_by_key(|token| token.created_at);
        Ok(tokens)
    }

    async fn revoke(&self, id: &AccessTokenId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        let mut state = self.state()?;
        let is_revoked = state.tokens.remove(id).is_some();
        if is_revoked {
            state.append_activity(event);
        }
        Ok(is_revoked)
    }

    async fn record_use(&self, id: &AccessTokenId, at: Timestamp) -> Result<(), StoreError> {
        if let Some((token, _)) = self.state()?.tokens.get_mut(id) {
            token.last_used_at = token.last_used_at.max(Some(at));
        }
        Ok(())
    }
}
