use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, advance};
use unlockd_application::ports::{Bootstrap, InstanceStore, StoreError};
use unlockd_application::{ErrorReason, Readiness, STORE_READINESS_LIFETIME, StoreReadiness};

const PATIENCE: Duration = Duration::from_secs(5);

/// Counts the questions, and answers as often as it is let.
struct CountingStore {
    asked: AtomicUsize,
    answers: Semaphore,
    answer: fn() -> Result<(), StoreError>,
}

impl CountingStore {
    fn answering(answers: usize, answer: fn() -> Result<(), StoreError>) -> Arc<Self> {
        Arc::new(Self {
            asked: AtomicUsize::new(0),
            answers: Semaphore::new(answers),
            answer,
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl InstanceStore for CountingStore {
    async fn ping(&self) -> Result<(), StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.answers.acquire().await.expect("the store is open").forget();
        (self.answer)()
    }

    async fn is_empty(&self) -> Result<bool, StoreError> {
        unreachable!("readiness does not ask this")
    }

    async fn bootstrap(&self, _: &Bootstrap) -> Result<bool, StoreError> {
        unreachable!("readiness does not write")
    }
}

fn readiness(store: &Arc<CountingStore>) -> Arc<StoreReadiness> {
    Arc::new(StoreReadiness::new(store.clone(), PATIENCE))
}

#[tokio::test(start_paused = true)]
async fn the_store_is_asked_when_somebody_asks_and_at_most_once_a_second() {
    let store = CountingStore::answering(usize::MAX >> 3, || Ok(()));
    let readiness = readiness(&store);
    assert_eq!(store.asked(), 0);

    for expected in 1..=3 {
        for _ in 0..100 {
            readiness.check().await.unwrap();
        }
        assert_eq!(store.asked(), expected);
        advance(STORE_READINESS_LIFETIME).await;
    }
    assert_eq!(store.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn all_who_ask_at_the_same_time_share_one_question() {
    let store = CountingStore::answering(0, || Ok(()));
    let readiness = readiness(&store);
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let readiness = readiness.clone();
        callers.spawn(async move { readiness.check().await });
    }
    while store.asked() == 0 {
        yield_now().await;
    }
    advance(STORE_READINESS_LIFETIME * 2).await;
    let late = readiness.clone();
    callers.spawn(async move { late.check().await });
    yield_now().await;

    store.answers.add_permits(1);
    for answer in callers.join_all().await {
        answer.unwrap();
    }
    assert_eq!(store.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_neither_ends_the_question_nor_lets_it_be_asked_again() {
    let store = CountingStore::answering(0, || Ok(()));
    let readiness = readiness(&store);
    for _ in 0..100 {
        let given_up = tokio::time::timeout(Duration::ZERO, readiness.check()).await;
        assert!(given_up.is_err(), "the store has not answered");
    }

    store.answers.add_permits(1);
    readiness.check().await.unwrap();
    assert_eq!(store.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_store_is_told_again_for_a_second_only() {
    let store = CountingStore::answering(2, || Err(StoreError::Overloaded("no connection is free".into())));
    let readiness = readiness(&store);
    for _ in 0..3 {
        let error = readiness.check().await.unwrap_err();
        assert_eq!(error.reason(), ErrorReason::StoreUnavailable);
    }
    assert_eq!(store.asked(), 1);

    advance(STORE_READINESS_LIFETIME).await;
    readiness.check().await.unwrap_err();
    assert_eq!(store.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_silent_store_is_not_ready_and_is_asked_again() {
    let store = CountingStore::answering(0, || Ok(()));
    let readiness = readiness(&store);
    let began = Instant::now();

    let error = readiness.check().await.unwrap_err();

    assert_eq!(error.reason(), ErrorReason::StoreUnavailable);
    assert_eq!(began.elapsed(), PATIENCE);
    store.answers.add_permits(1);
    readiness.check().await.unwrap();
    assert_eq!(store.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_is_an_internal_error_and_is_asked_again() {
    let store = CountingStore::answering(2, || panic!("the store is broken"));
    let readiness = readiness(&store);
    for expected in 1..=2 {
        let error = readiness.check().await.unwrap_err();
        assert_eq!(error.reason(), ErrorReason::Internal);
        assert_eq!(store.asked(), expected);
        advance(STORE_READINESS_LIFETIME).await;
    }
}
