use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unlockd_domain::Position;

use super::tail::Tail;
use crate::error::Error;
use crate::ports::{EventStore, StoreError};

/// How many may watch one process at the same time.
const CAPACITY: usize = 1_000;

/// Where watchers get their events from: one reader of the store for all of them, who is there while they are.
#[derive(Clone)]
pub(super) struct EventFeed {
    store: Arc<dyn EventStore>,
    places: Arc<Semaphore>,
    tail: Arc<Mutex<Weak<Tail>>>,
}

impl EventFeed {
    pub(super) fn new(store: Arc<dyn EventStore>) -> Self {
        Self {
            store,
            places: Arc::new(Semaphore::new(CAPACITY)),
            tail: Arc::default(),
        }
    }

    /// A place for one more, until the permit is dropped.
    pub(super) fn enter(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|full| Error::Overloaded(Some(full.into())))
    }

    pub(super) async fn settled(&self) -> Result<Position, StoreError> {
        self.store.settled().await
    }

    /// The end of the history, being read from `settled` on at the latest; it goes with its last watcher.
    pub(super) fn tail(&self, settled: Position) -> Arc<Tail> {
        let mut current = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = current.upgrade().filter(|tail| !tail.has_failed()) {
            return tail;
        }
        let tail = Tail::start(Arc::clone(&self.store), settled);
        *current = Arc::downgrade(&tail);
        tail
    }
}
