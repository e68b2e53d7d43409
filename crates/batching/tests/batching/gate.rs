use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use unlockd_batching::{BatchWork, Batches, Limits};

/// Work whose batches wait until the test lets them through. An item is a text; `key:rest` has a key. The answer to an item is
/// the item itself. A batch with an item that ends in `!` panics.
#[derive(Clone)]
pub(crate) struct Gate {
    through: Arc<Semaphore>,
    /// The batches that have begun.
    begun: Arc<Mutex<Vec<Vec<String>>>>,
    /// Those of them that have come to their end.
    ended: Arc<Mutex<Vec<Vec<String>>>>,
}

pub(crate) const ROOMY: Limits = Limits {
    batch_items: 100,
    batch_bytes: 10_000,
    queue_items: 1_000,
    queue_bytes: 100_000,
    key_items: 1_000,
};

impl Gate {
    pub(crate) fn closed() -> Self {
        Self {
            through: Arc::new(Semaphore::new(0)),
            begun: Arc::default(),
            ended: Arc::default(),
        }
    }

    pub(crate) fn batches(&self, limits: Limits) -> Batches<Self> {
        Batches::new(self.clone(), limits)
    }

    /// Lets so many batches through.
    pub(crate) fn let_through(&self, batches: usize) {
        self.through.add_permits(batches);
    }

    pub(crate) fn begun(&self) -> Vec<Vec<String>> {
        self.begun.lock().unwrap().clone()
    }

    pub(crate) fn ended(&self) -> Vec<Vec<String>> {
        self.ended.lock().unwrap().clone()
    }
}

impl BatchWork for Gate {
    type Item = String;
    type Answer = String;

    fn key<'item>(&self, item: &'item String) -> Option<&'item str> {
        item.split_once(':').map(|(key, _)| key)
    }

    fn size(&self, item: &String) -> usize {
        item.len()
    }

    async fn run(&self, items: Vec<String>) -> Vec<String> {
        self.begun.lock().unwrap().push(items.clone());
        self.through.acquire().await.unwrap().forget();
        assert!(!items.iter().any(|item| item.ends_with('!')), "as asked for");
        self.ended.lock().unwrap().push(items.clone());
        items
    }
}

/// Whoever was asked first, in the order in which they are polled: all have been once when this returns.
pub(crate) async fn ask_all(
    batches: &Batches<Gate>,
    items: impl IntoIterator<Item = &str>,
) -> Vec<tokio::task::JoinHandle<Result<String, unlockd_batching::SubmitError>>> {
    let mut asked = Vec::new();
    for item in items {
        let (batches, item) = (batches.clone(), item.to_owned());
        asked.push(tokio::spawn(async move { batches.submit(item).await }));
        // On the only thread of the test's runtime, tasks run in the order in which they were woken.
        tokio::task::yield_now().await;
    }
    asked
}
