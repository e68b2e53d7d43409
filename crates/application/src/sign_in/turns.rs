use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ports::IdentityDigest;

/// Number of attempts that may wait for their turn by one key: more guesses at one user than a person makes.
const MAX_WAITING: usize = 64;

/// Attempts with the same key are made one after the other, within this process. A guess that waits while another one locks the
/// user is then not tried at all. Across processes the store decides whose guess counted.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<IdentityDigest, Queue>>>);

struct Queue {
    gate: Arc<Semaphore>,
    people: usize,
}

/// A place among those who wait, or the turn itself; given back when it is dropped.
struct Place {
    turns: Turns,
    identity: IdentityDigest,
}

/// A turn that goes on until it is dropped.
pub(super) struct Turn {
    // Given back in this order: the next one may go on before the queue is counted anew.
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

impl Turns {
    /// Waits for the turn; nothing when too many wait already.
    pub(super) async fn take(&self, identity: IdentityDigest) -> Option<Turn> {
        let (gate, place) = self.queue_up(identity)?;
        Some(Turn {
            _permit: gate.acquire_owned().await.ok()?,
            _place: place,
        })
    }

    fn queue_up(&self, identity: IdentityDigest) -> Option<(Arc<Semaphore>, Place)> {
        let mut queues = self.queues();
        let queue = queues.entry(identity).or_insert_with(|| Queue {
            gate: Arc::new(Semaphore::new(1)),
            people: 0,
        });
        if queue.people > MAX_WAITING {
            return None;
        }
        queue.people += 1;
        let place = Place {
            turns: self.clone(),
            identity,
        };
        Some((queue.gate.clone(), place))
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<IdentityDigest, Queue>> {
        // Nothing can be half done in there.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queues = self.turns.queues();
        if let Some(queue) = queues.get_mut(&self.identity) {
            queue.people -= 1;
            if queue.people == 0 {
                queues.remove(&self.identity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: IdentityDigest = IdentityDigest([1; 32]);

    #[tokio::test]
    async fn the_second_one_waits_until_the_first_one_is_done() {
        let turns = Turns::default();
        let first = turns.take(BOB).await.unwrap();
        let mut second = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take(BOB).await.is_some() }
        });
        tokio::select! {
            biased;
            _ = &mut second => panic!("both have their turn at once"),
            () = tokio::task::yield_now() => {}
        }
        drop(first);
        assert!(second.await.unwrap());
    }

    #[tokio::test]
    async fn others_do_not_wait() {
        let turns = Turns::default();
        let _bob = turns.take(BOB).await.unwrap();
        let other = turns.take(IdentityDigest([2; 32]));
        tokio::select! {
            biased;
            turn = other => assert!(turn.is_some()),
            () = tokio::task::yield_now() => panic!("somebody else's turn is waited for"),
        }
    }

    #[tokio::test]
    async fn no_more_wait_than_are_allowed_and_nothing_is_kept_of_them() {
        let turns = Turns::default();
        let places: Vec<_> = (0..=MAX_WAITING).map(|_| turns.queue_up(BOB).unwrap()).collect();
        assert!(turns.take(BOB).await.is_none());
        drop(places);
        assert!(turns.queues().is_empty());
        assert!(turns.take(BOB).await.is_some());
    }
}
