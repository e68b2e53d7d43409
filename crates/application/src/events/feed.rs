use std::sync::{Arc, Mutex, PoisonError, Weak};

use unlockd_domain::{Position, UserId};

use super::places::{Place, Places};
use super::queue::EventQueue;
use super::tail::Tail;
use crate::error::Error;
use crate::ports::{EventStore, StoreError};

/// Where watchers get their events from: one reader of the store for all of them, who is there while they are.
#[derive(Clone)]
pub(super) struct EventFeed {
    store: Arc<dyn EventStore>,
    queue: EventQueue,
    places: Places,
    tail: Arc<Mutex<Weak<Tail>>>,
}

impl EventFeed {
    pub(super) fn new(store: Arc<dyn EventStore>) -> Self {
        Self {
            queue: EventQueue::new(Arc::clone(&store)),
            store,
            places: Places::default(),
            tail: Arc::default(),
        }
    }

    /// A place for one more watch of the caller.
    pub(super) fn enter(&self, caller: &UserId) -> Result<Place, Error> {
        self.places.take(caller)
    }

    pub(super) async fn settled(&self) -> Result<Position, StoreError> {
        self.queue.settled().await
    }

    /// The end of the history, being read from `settled` on at the latest; it goes with its last watcher.
    pub(super) fn tail(&self, settled: Position) -> Arc<Tail> {
        let mut current = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = current.upgrade().filter(|tail| !tail.has_failed()) {
            return tail;
        }
        let tail = Tail::start(Arc::clone(&self.store), self.queue.clone(), settled);
        *current = Arc::downgrade(&tail);
        tail
    }
}
