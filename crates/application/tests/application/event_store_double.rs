use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::task::yield_now;
use unlockd_application::ports::{EventFilter, EventRange, EventStore, RecordedEvent, StoreError};
use unlockd_domain::{ActivityEvent, Position, Timestamp};
use unlockd_testkit::MemoryStore;

/// What becomes of a question instead of an answer.
type Fault = fn() -> StoreError;

/// A store of events that counts what it is asked, and can be made to fail.
pub(crate) struct EventStoreDouble {
    inner: MemoryStore,
    looks: AtomicUsize,
    fault: Mutex<Option<Fault>>,
}

impl EventStoreDouble {
    pub(crate) fn new(inner: MemoryStore) -> Self {
        Self {
            inner,
            looks: AtomicUsize::new(0),
            fault: Mutex::new(None),
        }
    }

    /// Fails from now on, or not.
    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// How often it was asked how far the history is settled.
    pub(crate) fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }

    fn fail(&self) -> Result<(), StoreError> {
        let fault = *self.fault.lock().unwrap();
        fault.map_or(Ok(()), |fault| Err(fault()))
    }
}

#[async_trait]
impl EventStore for EventStoreDouble {
    async fn settled(&self) -> Result<Position, StoreError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        self.fail()?;
        self.inner.settled().await
    }

    async fn append(&self, event: &ActivityEvent) -> Result<(), StoreError> {
        self.fail()?;
        self.inner.append(event).await
    }

    async fn prune(&self, before: Timestamp, after: Position, limit: u32) -> Result<Position, StoreError> {
        EventStore::prune(&self.inner, before, after, limit).await
    }

    /// Takes a moment before it looks and before it answers, so that others may come in between, or the question be dropped.
    async fn select(&self, filter: &EventFilter, range: &EventRange) -> Result<Vec<RecordedEvent>, StoreError> {
        self.fail()?;
        yield_now().await;
        let found = self.inner.select(filter, range).await;
        yield_now().await;
        found
    }
}
