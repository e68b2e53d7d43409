use std::sync::Mutex;

use async_trait::async_trait;
use unlockd_application::ports::{
    AttemptOrigin, Count, CountedAttempt, IdentityDigest, SignInFailureStore, StoreError,
};
use unlockd_domain::{Source, SourceFailures, Timestamp};
use unlockd_testkit::MemoryStore;

/// The names of the calls of a store of failed sign-ins, in their order.
pub(crate) struct RecordedCalls {
    store: MemoryStore,
    pub(crate) calls: Mutex<Vec<&'static str>>,
}

impl RecordedCalls {
    pub(crate) fn of(store: MemoryStore) -> Self {
        Self {
            store,
            calls: Mutex::default(),
        }
    }

    fn note(&self, call: &'static str) {
        self.calls.lock().expect("nobody panics while noting").push(call);
    }
}

#[async_trait]
impl SignInFailureStore for RecordedCalls {
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError> {
        self.note("count");
        self.store.count(attempt).await
    }

    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError> {
        self.note("take_back");
        self.store.take_back(origin, at).await
    }

    async fn note_refusal(&self, origin: &AttemptOrigin, now: Timestamp) -> Result<bool, StoreError> {
        self.note("note_refusal");
        self.store.note_refusal(origin, now).await
    }

    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError> {
        self.note("forget");
        self.store.forget(origin).await
    }

    async fn find_blocked(
        &self,
        identities: &[IdentityDigest],
        now: Timestamp,
    ) -> Result<Vec<(Option<Source>, SourceFailures)>, StoreError> {
        self.note("find_blocked");
        self.store.find_blocked(identities, now).await
    }

    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        SignInFailureStore::prune(&self.store, now, limit).await
    }
}

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

    async fn note_refusal(&self, _: &AttemptOrigin, _: Timestamp) -> Result<bool, StoreError> {
        Err((self.failure)())
    }

    async fn forget(&self, _: &AttemptOrigin) -> Result<(), StoreError> {
        Err((self.failure)())
    }

    async fn find_blocked(
        &self,
        _: &[IdentityDigest],
        _: Timestamp,
    ) -> Result<Vec<(Option<Source>, SourceFailures)>, StoreError> {
        Err((self.failure)())
    }

    async fn prune(&self, _: Timestamp, _: u32) -> Result<u32, StoreError> {
        Err((self.failure)())
    }
}
