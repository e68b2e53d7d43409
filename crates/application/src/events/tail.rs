use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use unlockd_domain::{EventName, Position, UserEventName, UserId};

use super::queue::EventQueue;
use crate::error::Error;
use crate::ports::{EventFilter, EventOrder, EventRange, EventStore, RecordedEvent, StoreError, Visibility};

/// How long the reader rests between two looks at the store: far less than anybody would notice, and no load on a database.
const REST: Duration = Duration::from_millis(50);

/// How many events are read at once, and how many of the last ones stay at hand for all watchers.
const AT_HAND: u32 = 1_024;

/// How many events a watcher is told at once.
const BATCH: u32 = 200;

/// The end of the history. A task of its own looks for what is new, and keeps it at hand; watchers follow how far it has
/// come, and read from the store only what is further back.
pub(super) struct Tail {
    store: Arc<dyn EventStore>,
    /// For what is read for one watcher.
    queue: EventQueue,
    progress: watch::Sender<Progress>,
    recent: Mutex<Recent>,
}

/// What has become of the reader.
#[derive(Clone)]
enum Progress {
    /// It has come so far.
    Reached(Position),
    /// It has ended.
    Failed(Arc<StoreError>),
}

/// The last events.
struct Recent {
    events: VecDeque<RecordedEvent>,
    /// All that is behind this position, up to how far the reader has come, is at hand.
    behind: Position,
}

/// The task that reads, as it sees the tail. However it ends, the followers are told.
struct Reader(Weak<Tail>);

/// One watcher's view of how far the reader has come.
pub(super) struct Follower(watch::Receiver<Progress>);

impl Tail {
    /// Starts to read behind a settled position, until nobody holds the tail any more.
    pub(super) fn start(store: Arc<dyn EventStore>, queue: EventQueue, settled: Position) -> Arc<Self> {
        let tail = Arc::new(Self {
            store,
            queue,
            progress: watch::Sender::new(Progress::Reached(settled)),
            recent: Mutex::new(Recent {
                events: VecDeque::new(),
                behind: settled,
            }),
        });
        let reader = Reader(Arc::downgrade(&tail));
        tokio::spawn(async move {
            let mut position = settled;
            loop {
                tokio::time::sleep(REST).await;
                // Held while it reads only: otherwise it would never be the last who holds it.
                let Some(tail) = reader.0.upgrade() else { return };
                match tail.advance(position).await {
                    Ok(reached) => position = reached,
                    Err(error) => {
                        tail.progress.send_replace(Progress::Failed(Arc::new(error)));
                        return;
                    }
                }
            }
        });
        tail
    }

    /// Whether the reader has ended: watchers of this tail are told, later ones need another.
    pub(super) fn has_failed(&self) -> bool {
        matches!(*self.progress.borrow(), Progress::Failed(_))
    }

    pub(super) fn follow(&self) -> Follower {
        Follower(self.progress.subscribe())
    }

    /// The events that fit, behind a position and up to how far the reader had come, and up to where that is all. It may be
    /// less than what was asked for.
    pub(super) async fn read(
        &self,
        filter: &EventFilter,
        after: Position,
        up_to: Position,
    ) -> Result<(Vec<RecordedEvent>, Position), StoreError> {
        let range = EventRange {
            after,
            up_to,
            order: EventOrder::Forward,
            limit: BATCH,
        };
        let events = match self.at_hand(filter, &range) {
            Some(events) => events,
            None => self.queue.select(filter, &range).await?,
        };
        let reached = match events.last() {
            Some(last) if events.len() == BATCH as usize => last.position,
            Some(_) | None => up_to,
        };
        Ok((events, reached))
    }

    /// The events, unless some are further back.
    fn at_hand(&self, filter: &EventFilter, range: &EventRange) -> Option<Vec<RecordedEvent>> {
        let recent = self.recent();
        (recent.behind <= range.after).then(|| {
            let first = recent
                .events
                .partition_point(|recorded| recorded.position <= range.after);
            let fitting = recent
                .events
                .range(first..)
                .filter(|recorded| range.contains(recorded.position) && filter.matches(&recorded.event));
            fitting.take(range.limit as usize).cloned().collect()
        })
    }

    /// Reads what is new behind the position, tells the followers, and answers how far it has come.
    async fn advance(&self, position: Position) -> Result<Position, StoreError> {
        let settled = self.store.settled().await?;
        let everything = EventFilter::all(Visibility::Instance);
        let mut reached = position;
        while reached < settled {
            let range = EventRange {
                after: reached,
                up_to: settled,
                order: EventOrder::Forward,
                limit: AT_HAND,
            };
            let events = self.store.select(&everything, &range).await?;
            reached = match events.last() {
                Some(last) if events.len() == AT_HAND as usize => last.position,
                Some(_) | None => settled,
            };
            self.recent().append(events);
            self.progress.send_replace(Progress::Reached(reached));
        }
        Ok(reached)
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(tail) = self.0.upgrade() else { return };
        if !tail.has_failed() {
            let error = StoreError::Internal("the reader of events has ended".into());
            tail.progress.send_replace(Progress::Failed(Arc::new(error)));
        }
    }
}

impl Recent {
    fn append(&mut self, events: Vec<RecordedEvent>) {
        let deletions = events
            .iter()
            .filter(|recorded| recorded.event.name() == EventName::User(UserEventName::Deleted));
        let deleted: HashSet<_> = deletions
            .filter_map(|recorded| recorded.event.user_id().cloned())
            .collect();
        self.events.extend(events);
        self.erase(&deleted);
        while self.events.len() > AT_HAND as usize {
            if let Some(gone) = self.events.pop_front() {
                self.behind = gone.position;
            }
        }
    }

    /// What the store erases with its users is not kept at hand either.
    fn erase(&mut self, deleted: &HashSet<UserId>) {
        if deleted.is_empty() {
            return;
        }
        for recorded in &mut self.events {
            if recorded.event.user_id().is_some_and(|id| deleted.contains(id)) {
                recorded.event = recorded.event.clone().erased();
            }
        }
    }
}

impl Follower {
    /// How far the reader has come.
    pub(super) fn head(&mut self) -> Result<Position, Error> {
        match &*self.0.borrow_and_update() {
            Progress::Reached(position) => Ok(*position),
            Progress::Failed(error) => Err(told_to_each(error)),
        }
    }

    /// Waits until it has come further.
    pub(super) async fn advanced(&mut self) {
        // The sender is part of the tail, which the watcher holds.
        let _ = self.0.changed().await;
    }
}

/// The failure of the one reader, as each watcher is told it.
fn told_to_each(error: &Arc<StoreError>) -> Error {
    let source = Arc::clone(error).into();
    match **error {
        StoreError::Unavailable(_) => Error::StoreUnavailable(source),
        StoreError::Overloaded(_) => Error::Overloaded(Some(source)),
        StoreError::Internal(_) => Error::Internal(source),
    }
}
