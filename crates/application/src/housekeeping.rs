//! What has to be done now and then, by whichever process comes first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use unlockd_domain::Position;

use crate::error::Error;
use crate::ports::{Clock, EventStore, SessionStore, SignInFailureStore, UserStore};

/// How much is done at a time, so that nobody waits long behind it.
const BATCH: u32 = 100;

/// Number of events that one statement examines, and number of such statements in one call: locks that expire meanwhile wait
/// for it.
const EVENT_BATCH: u32 = 500;
const EVENT_BATCHES: u32 = 10;

/// Writes down what time has brought about, and throws away what it has made useless.
#[derive(Clone)]
pub struct Housekeeping {
    /// Where locks expire.
    pub users: Arc<dyn UserStore>,
    /// Where failures are counted.
    pub failures: Arc<dyn SignInFailureStore>,
    /// Where sessions expire.
    pub sessions: Arc<dyn SessionStore>,
    /// Where the history is.
    pub events: Arc<dyn EventStore>,
    /// How long events are kept; for ever, without it.
    pub event_retention: Option<EventRetention>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// A time for which events are kept. Clones share how far this process has pruned.
#[derive(Debug, Clone)]
pub struct EventRetention {
    period: Duration,
    pruned: Arc<AtomicU64>,
}

impl EventRetention {
    /// Keeps events for this time.
    #[must_use]
    pub fn new(period: Duration) -> Self {
        Self {
            period,
            pruned: Arc::default(),
        }
    }
}

impl Housekeeping {
    /// Writes down every lock that has expired; answers how many this process wrote. Users are active from the moment at
    /// which their lock expires, with or without it; this brings it into the history.
    ///
    /// # Errors
    /// The errors of a store.
    #[tracing::instrument(level = "debug", name = "application.lift_expired_locks", skip_all)]
    pub async fn lift_expired_locks(&self) -> Result<u32, Error> {
        let mut total = Batches::default();
        while total.goes_on(self.users.lift_expired_locks(self.clock.now(), BATCH).await?) {}
        Ok(total.done)
    }

    /// Throws away sessions that have expired or are abandoned, and failures that count nowhere any more; answers how many.
    ///
    /// # Errors
    /// The errors of a store.
    #[tracing::instrument(level = "debug", name = "application.prune", skip_all)]
    pub async fn prune(&self) -> Result<u32, Error> {
        let mut total = Batches::default();
        while total.goes_on(self.failures.prune(self.clock.now(), BATCH).await?) {}
        while total.goes_on(self.sessions.prune(self.clock.now(), BATCH).await?) {}
        Ok(total.done)
    }
}

impl Housekeeping {
    /// Deletes events that are older than the retention, up to 5000 of them. The first event of each user and the last event
    /// of all are kept.
    ///
    /// # Errors
    /// The errors of a store.
    #[tracing::instrument(level = "debug", name = "application.prune_events", skip_all)]
    pub async fn prune_events(&self) -> Result<(), Error> {
        let Some(retention) = &self.event_retention else {
            return Ok(());
        };
        let before = self.clock.now().saturating_sub(retention.period);
        for _ in 0..EVENT_BATCHES {
            let position = retention.pruned.load(Ordering::Relaxed);
            let after = Position::new(position).map_err(Error::internal)?;
            let reached = self.events.prune(before, after, EVENT_BATCH).await?;
            if reached == after {
                break;
            }
            retention.pruned.store(reached.get(), Ordering::Relaxed);
        }
        Ok(())
    }
}

/// How much was done, batch after batch.
#[derive(Default)]
struct Batches {
    done: u32,
}

impl Batches {
    /// Adds a batch; there may be another one behind it if it was full.
    fn goes_on(&mut self, batch: u32) -> bool {
        self.done = self.done.saturating_add(batch);
        batch >= BATCH
    }
}
