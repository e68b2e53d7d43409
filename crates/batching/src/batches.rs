use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::in_place::InPlace;
use crate::queue::{Limits, Queue, Waiting};
use crate::work::BatchWork;

/// Runs items in batches, one batch at a time. Clones share the batches. All who ask should be in one runtime: when one shuts
/// down, whoever waits for a batch that it was to run is let go.
pub struct Batches<W: BatchWork>(Arc<Shared<W>>);

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SubmitError {
    /// Too many wait already. Nothing was done.
    #[error("too many operations wait for their turn")]
    Full,
    /// Too many with the same key wait already. Nothing was done.
    #[error("too many operations on the same thing wait for their turn")]
    Crowded,
    /// The batch ended without an answer, because it panicked or its runtime is shutting down. It may have been done.
    #[error("the operation was cut off")]
    Lost,
}

pub(crate) struct Shared<W: BatchWork> {
    pub(crate) work: W,
    state: Mutex<State<W>>,
}

struct State<W: BatchWork> {
    /// Whether somebody has the [`Turn`].
    busy: bool,
    queue: Queue<W::Item, W::Answer>,
}

/// The right to run batches; there is one. Whoever drops it has ended, or was cut off, and passes it on.
pub(crate) struct Turn<W: BatchWork> {
    shared: Arc<Shared<W>>,
    runtime: Handle,
    /// Whether whoever it was passed on to has begun.
    taken: bool,
}

/// What becomes of an item that comes in.
enum Entry<W: BatchWork> {
    /// Nothing is in flight.
    First(W::Item, Turn<W>),
    /// Something is.
    Later(oneshot::Receiver<W::Answer>),
}

impl<W: BatchWork> Batches<W> {
    /// Batches of this work, none of which is in flight.
    #[must_use]
    pub fn new(work: W, limits: Limits) -> Self {
        Self(Arc::new(Shared {
            work,
            state: Mutex::new(State {
                busy: false,
                queue: Queue::new(limits),
            }),
        }))
    }

    /// Has the item done, at once or in the next batch, and answers what came of it. Must be called in a tokio runtime, which
    /// runs the batches of those who wait.
    ///
    /// # Errors
    /// [`SubmitError`] when there is no room, or the batch did not come to its end.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn submit(&self, item: W::Item) -> Result<W::Answer, SubmitError> {
        match self.enter(item)? {
            Entry::First(item, turn) => {
                let mut answers = InPlace::new(turn, item).await;
                answers.pop().ok_or(SubmitError::Lost)
            }
            Entry::Later(answer) => answer.await.map_err(|_| SubmitError::Lost),
        }
    }

    fn enter(&self, item: W::Item) -> Result<Entry<W>, SubmitError> {
        let runtime = Handle::current();
        let mut state = self.0.state();
        if !state.busy {
            state.busy = true;
            let turn = Turn {
                shared: self.0.clone(),
                runtime,
                taken: true,
            };
            return Ok(Entry::First(item, turn));
        }
        let key = self.0.work.key(&item).map(|key| state.queue.hash(key));
        let size = self.0.work.size(&item);
        let answer = state.queue.push(item, key, size)?;
        Ok(Entry::Later(answer))
    }
}

impl<W: BatchWork> Clone for Batches<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: BatchWork> fmt::Debug for Batches<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches").finish_non_exhaustive()
    }
}

impl<W: BatchWork> Shared<W> {
    /// Nobody leaves it half changed, so it is as good after a panic.
    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: BatchWork> Turn<W> {
    pub(crate) fn shared(&self) -> &Arc<Shared<W>> {
        &self.shared
    }

    /// Where batches run that nobody waits for in person.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Runs the batches of those who wait, until nobody does.
    async fn run(mut self) {
        self.taken = true;
        loop {
            let batch = self.shared.state().queue.next_batch();
            if batch.is_empty() {
                break;
            }
            let (items, answers): (Vec<_>, Vec<_>) = batch
                .into_iter()
                .map(|Waiting { item, answer, .. }| (item, answer))
                .unzip();
            let outcomes = self.shared.work.run(items).await;
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // Whoever has gone away does not want to know.
                drop(answer.send(outcome));
            }
        }
    }
}

impl<W: BatchWork> Drop for Turn<W> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        // The runtime is shutting down, and drops every task before it begins.
        let abandoned = (!self.taken).then(|| state.queue.clear());
        state.busy = !state.queue.is_empty();
        let is_busy = state.busy;
        drop(state);
        drop(abandoned);
        if is_busy {
            let turn = Self {
                shared: self.shared.clone(),
                runtime: self.runtime.clone(),
                taken: false,
            };
            self.runtime.spawn(turn.run());
        }
    }
}
