use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use tokio::sync::oneshot;

use crate::batches::SubmitError;

/// How large batches and their queue get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most items of one batch; at least one is always taken.
    pub batch_items: usize,
    /// The most bytes of one batch, except that a single item may have more.
    pub batch_bytes: usize,
    /// The most items that wait.
    pub queue_items: usize,
    /// The most bytes that wait.
    pub queue_bytes: usize,
    /// The most items with the same key that wait. Each of them waits for a batch of its own, and the rest of the queue is for others.
    pub key_items: usize,
}

/// Those who wait, the first who came in front.
pub(crate) struct Queue<Item, Answer> {
    limits: Limits,
    waiting: VecDeque<Waiting<Item, Answer>>,
    /// Of all who wait.
    bytes: usize,
    /// How many wait with a key, by its hash.
    crowds: HashMap<u64, usize>,
    hasher: RandomState,
}

/// An item, and where its answer goes.
pub(crate) struct Waiting<Item, Answer> {
    pub(crate) item: Item,
    pub(crate) answer: oneshot::Sender<Answer>,
    size: usize,
    /// The hash of the key. Two keys with one hash are kept apart for nothing, which does no harm.
    key: Option<u64>,
}

impl<Item, Answer> Queue<Item, Answer> {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            waiting: VecDeque::new(),
            bytes: 0,
            crowds: HashMap::new(),
            hasher: RandomState::new(),
        }
    }

    /// Takes an item in, if there is room for it.
    pub(crate) fn push(
        &mut self,
        item: Item,
        key: Option<u64>,
        size: usize,
    ) -> Result<oneshot::Receiver<Answer>, SubmitError> {
        if self.waiting.len() >= self.limits.queue_items || self.bytes.saturating_add(size) > self.limits.queue_bytes {
            return Err(SubmitError::Full);
        }
        if let Some(key) = key {
            let crowd = self.crowds.entry(key).or_default();
            if *crowd >= self.limits.key_items {
                return Err(SubmitError::Crowded);
            }
            *crowd += 1;
        }
        let (answer, receiver) = oneshot::channel();
        self.bytes += size;
        self.waiting.push_back(Waiting {
            item,
            answer,
            size,
            key,
        });
        Ok(receiver)
    }

    pub(crate) fn hash(&self, key: &str) -> u64 {
        self.hasher.hash_one(key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Lets everybody go without an answer, as soon as what is returned is dropped.
    pub(crate) fn clear(&mut self) -> impl Sized + use<Item, Answer> {
        self.bytes = 0;
        self.crowds.clear();
        std::mem::take(&mut self.waiting)
    }

    /// Says that somebody does not wait any more.
    fn forget(&mut self, waiting: &Waiting<Item, Answer>) {
        self.bytes -= waiting.size;
        if let Some(key) = waiting.key
            && let Entry::Occupied(mut crowd) = self.crowds.entry(key)
        {
            *crowd.get_mut() -= 1;
            if *crowd.get() == 0 {
                crowd.remove();
            }
        }
    }

    /// The next batch: in the order in which they came all who wait, except for whoever has gone away, and for whoever has to
    /// wait for another one with the same key. It is empty when nobody is left.
    pub(crate) fn next_batch(&mut self) -> Vec<Waiting<Item, Answer>> {
        let mut batch = Vec::new();
        let (mut keys, mut bytes) = (HashSet::new(), 0_usize);
        let mut deferred = Vec::new();
        while batch.len() < self.limits.batch_items.max(1) {
            let Some(next) = self.waiting.pop_front() else { break };
            if next.answer.is_closed() {
                self.forget(&next);
            } else if next.key.is_some_and(|key| !keys.insert(key)) {
                deferred.push(next);
            } else if !batch.is_empty() && bytes.saturating_add(next.size) > self.limits.batch_bytes {
                self.waiting.push_front(next);
                break;
            } else {
                self.forget(&next);
                bytes += next.size;
                batch.push(next);
            }
        }
        for waiting in deferred.into_iter().rev() {
            self.waiting.push_front(waiting);
        }
        batch
    }
}
