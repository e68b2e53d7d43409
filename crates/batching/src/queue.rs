use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use tokio::sync::oneshot;

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
}

/// Those who wait, the first who came in front.
pub(crate) struct Queue<Item, Answer> {
    limits: Limits,
    waiting: VecDeque<Waiting<Item, Answer>>,
    /// Of all who wait.
    bytes: usize,
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
            hasher: RandomState::new(),
        }
    }

    /// Takes an item in; none when there is no room for it.
    pub(crate) fn push(&mut self, item: Item, key: Option<u64>, size: usize) -> Option<oneshot::Receiver<Answer>> {
        if self.waiting.len() >= self.limits.queue_items || self.bytes.saturating_add(size) > self.limits.queue_bytes {
            return None;
        }
        let (answer, receiver) = oneshot::channel();
        self.bytes += size;
        self.waiting.push_back(Waiting {
            item,
            answer,
            size,
            key,
        });
        Some(receiver)
    }

    pub(crate) fn hash(&self, key: &str) -> u64 {
        self.hasher.hash_one(key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.bytes = 0;
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
                self.bytes -= next.size;
            } else if next.key.is_some_and(|key| !keys.insert(key)) {
                deferred.push(next);
            } else if !batch.is_empty() && bytes.saturating_add(next.size) > self.limits.batch_bytes {
                self.waiting.push_front(next);
                break;
            } else {
                self.bytes -= next.size;
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
