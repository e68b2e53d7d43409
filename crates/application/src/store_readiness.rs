use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::error::Error;
use crate::ports::{InstanceStore, StoreError};
use crate::services::Readiness;

/// For how long an answer of the store is told again before the store is asked anew.
pub const STORE_READINESS_LIFETIME: Duration = Duration::from_secs(1);

/// Ready while the store answers. Whoever may ask, and however often, the store hears one question at a time and at most
/// one in a [`STORE_READINESS_LIFETIME`]; while nobody asks, it hears none.
///
/// A question runs on its own: a caller who gives up does not take the answer away from the others. So it has to be
/// asked inside a Tokio runtime with a timer.
pub struct StoreReadiness {
    store: Arc<dyn InstanceStore>,
    patience: Duration,
    question: Mutex<Option<Question>>,
}

/// The last question that the store was asked.
struct Question {
    asked_at: Instant,
    /// None until there is an answer. The channel is closed from then on.
    answer: watch::Receiver<Option<Answer>>,
}

type Answer = Result<(), Arc<StoreError>>;

impl StoreReadiness {
    /// Asks this store. It is not ready when it needs longer than `patience`.
    #[must_use]
    pub fn new(store: Arc<dyn InstanceStore>, patience: Duration) -> Self {
        Self {
            store,
            patience,
            question: Mutex::new(None),
        }
    }

    /// The answer of the last question, or of a new one.
    fn ask(&self) -> watch::Receiver<Option<Answer>> {
        let mut last = self.question.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(question) = last.as_ref().filter(|question| question.is_current()) {
            return question.answer.clone();
        }
        let (sender, answer) = watch::channel(None);
        tokio::spawn(answer_of(Arc::clone(&self.store), self.patience, sender));
        *last = Some(Question {
            asked_at: Instant::now(),
            answer: answer.clone(),
        });
        answer
    }
}

impl Question {
    fn is_current(&self) -> bool {
        let is_open = self.answer.has_changed().is_ok();
        is_open || self.asked_at.elapsed() < STORE_READINESS_LIFETIME
    }
}

async fn answer_of(store: Arc<dyn InstanceStore>, patience: Duration, sender: watch::Sender<Option<Answer>>) {
    let answer = timeout(patience, store.ping())
        .await
        .unwrap_or_else(|elapsed| Err(StoreError::Unavailable(elapsed.into())));
    sender.send_replace(Some(answer.map_err(Arc::new)));
}

#[async_trait]
impl Readiness for StoreReadiness {
    async fn check(&self) -> Result<(), Error> {
        let mut answer = self.ask();
        let answer = answer.wait_for(Option::is_some).await.ok().and_then(|it| it.clone());
        match answer {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(Error::StoreUnavailable(error.into())),
            None => Err(Error::internal("the question to the store came to no end")),
        }
    }
}
