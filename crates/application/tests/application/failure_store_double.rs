use async_trait::async_trait;
use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, SignInFailureStore, StoreError};
use unlockd_domain::Timestamp;
use unlockd_testkit::MemoryStore;

/// A store of failed sign-ins that fails itself.
pub(crate) struct FailureStoreDouble {
    /// Counts, if anything does.
    counts: Option<MemoryStore>,
    failure: fn() -> StoreError,
}

impl FailureStoreDouble {
    /// Does nothing.
    pub(crate) fn failing(failure: fn() -> StoreError) -> Self {
        Self { counts: None, failure }
    }

    /// Counts, and fails to take anything back.
    pub(crate) fn forgetting_nothing(store: MemoryStore) -> Self {
        Self {
            counts: Some(store),
            failure: || StoreError::Unavailable("gone".into()),
        }
    }
}

#[async_trait]
impl SignInFailureStore for FailureStoreDouble {
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError> {
        match &self.counts {
            Some(store) => store.count(attempt).await,
            None => Err((self.failure)()),
        }
    }

    async fn take_back(&self, _: &AttemptOrigin, _: Timestamp) -> Result<(), StoreError> {
        Err((self.failure)())
    }

    async fn forget(&self, _: &AttemptOrigin) -> Result<(), StoreError> {
        Err((self.failure)())
    }

    async fn prune(&self, _: Timestamp, _: u32) -> Result<u32, StoreError> {
        Err((self.failure)())
    }
}
