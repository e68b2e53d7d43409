use std::sync::Arc;

use tokio::sync::Semaphore;
use unlockd_domain::Position;

use crate::ports::{EventFilter, EventRange, EventStore, RecordedEvent, StoreError};

/// How many watchers may ask the store at the same time.
const AT_A_TIME: usize = 4;

/// The store, for what single watchers ask of it: one after the other, a few at a time. All of them may come at once, when
/// another replica has ended, and each with a long history to catch up on; the store's connections are for everybody else too.
#[derive(Clone)]
pub(super) struct EventQueue {
    store: Arc<dyn EventStore>,
    turns: Arc<Semaphore>,
}

impl EventQueue {
    pub(super) fn new(store: Arc<dyn EventStore>) -> Self {
        Self {
            store,
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
        }
    }

    pub(super) async fn settled(&self) -> Result<Position, StoreError> {
        let _turn = self.turns.acquire().await.map_err(closed)?;
        self.store.settled().await
    }

    pub(super) async fn select(
        &self,
        filter: &EventFilter,
        range: &EventRange,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let _turn = self.turns.acquire().await.map_err(closed)?;
        self.store.select(filter, range).await
    }
}

fn closed(error: tokio::sync::AcquireError) -> StoreError {
    StoreError::Internal(error.into())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use unlockd_domain::{ActivityEvent, Timestamp};

    use super::*;

    /// Knows how many asked at the same time, at most.
    #[derive(Default)]
    struct Crowded {
        now: AtomicUsize,
        most: AtomicUsize,
    }

    #[async_trait]
    impl EventStore for Crowded {
        async fn settled(&self) -> Result<Position, StoreError> {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            self.now.fetch_sub(1, Ordering::SeqCst);
            Ok(Position::START)
        }

        async fn prune(&self, _: Timestamp, after: Position, _: u32) -> Result<Position, StoreError> {
            Ok(after)
        }

        async fn append(&self, _: &ActivityEvent) -> Result<(), StoreError> {
            Ok(())
        }

        async fn select(&self, _: &EventFilter, _: &EventRange) -> Result<Vec<RecordedEvent>, StoreError> {
            self.settled().await.map(|_| Vec::new())
        }
    }

    #[tokio::test]
    async fn watchers_who_come_all_at_once_ask_four_at_a_time() {
        let store = Arc::new(Crowded::default());
        let queue = EventQueue::new(Arc::<Crowded>::clone(&store));
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let queue = queue.clone();
            asking.spawn(async move { queue.settled().await });
        }
        while let Some(answer) = asking.join_next().await {
            answer.unwrap().unwrap();
        }
        assert_eq!(store.most.load(Ordering::SeqCst), 4);
    }
}
