use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use unlockd_domain::{AccessToken, AccessTokenId, Timestamp};

use crate::ports::AccessTokenStore;

/// Recorder of the last use of access tokens. Records beside the request, and only when the stored use is old: no request
/// waits for it or fails by it.
pub(super) struct TokenUses {
    store: Arc<dyn AccessTokenStore>,
    /// Tokens whose use is being written.
    pending: Arc<Mutex<HashSet<AccessTokenId>>>,
}

impl TokenUses {
    pub(super) fn new(store: Arc<dyn AccessTokenStore>) -> Self {
        Self {
            store,
            pending: Arc::default(),
        }
    }

    /// Records a use of the token, as it was read from the store, if that is due.
    pub(super) fn record(&self, token: &AccessToken, now: Timestamp) {
        if !token.needs_use_recorded(now) || !lock(&self.pending).insert(token.id.clone()) {
            return;
        }
        let (store, pending, id) = (Arc::clone(&self.store), Arc::clone(&self.pending), token.id.clone());
        tokio::spawn(async move {
            if let Err(error) = store.record_use(&id, now).await {
                tracing::debug!(%error, token.id = %id, "the use of a token was not recorded");
            }
            lock(&pending).remove(&id);
        });
    }
}

fn lock(pending: &Mutex<HashSet<AccessTokenId>>) -> MutexGuard<'_, HashSet<AccessTokenId>> {
    pending.lock().unwrap_or_else(PoisonError::into_inner)
}
