//! What has to be done now and then, by whichever process comes first.

use std::sync::Arc;

use crate::error::Error;
use crate::ports::{Clock, SessionStore, SignInFailureStore, UserStore};

/// How much is done at a time, so that nobody waits long behind it.
const BATCH: u32 = 100;

/// Writes down what time has brought about, and throws away what it has made useless.
#[derive(Clone)]
pub struct Housekeeping {
    /// Where locks expire.
    pub users: Arc<dyn UserStore>,
    /// Where failures are counted.
    pub failures: Arc<dyn SignInFailureStore>,
    /// Where sessions expire.
    pub sessions: Arc<dyn SessionStore>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
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
