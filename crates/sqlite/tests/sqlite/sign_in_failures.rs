use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, IdentityDigest, SignInFailureStore};
use unlockd_domain::{LockoutPolicy, Timestamp};
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

fn attempt() -> CountedAttempt {
    CountedAttempt {
        origin: AttemptOrigin {
            identity: IdentityDigest([7; 32]),
            source: Some(fixtures::source("203.0.113.7")),
        },
        policy: LockoutPolicy::DEFAULT,
        instance_policy: None,
        forgotten_at: None,
        now: fixtures::now(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_500_parallel_attempts_at_two_processes_no_more_than_the_limit_are_counted() {
    let file = DatabaseFile::new();
    let stores = [file.open_migrated().await, file.open_migrated().await];
    let start = Arc::new(Barrier::new(500));
    let mut attempts = JoinSet::new();
    for number in 0..500 {
        let (store, start) = (stores[number % 2].clone(), start.clone());
        attempts.spawn(async move {
            start.wait().await;
            store.count(&attempt()).await.unwrap()
        });
    }
    let answers = attempts.join_all().await;
    let number_of = |expected| answers.iter().filter(|answer| **answer == expected).count();
    assert_eq!(number_of(Count::Counted(fixtures::now())), 10);
    assert_eq!(number_of(Count::Blocked(end_of_block())), 490);
}

/// A quarter of an hour, as the first lock.
fn end_of_block() -> Timestamp {
    fixtures::now().saturating_add(Duration::from_mins(15))
}

#[tokio::test]
async fn a_blocked_source_does_not_write_and_is_answered_while_others_write() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    for _ in 0..10 {
        assert_eq!(store.count(&attempt()).await.unwrap(), Count::Counted(fixtures::now()));
    }
    let mut other = file.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let answer = store.count(&attempt()).await.unwrap();
    assert_eq!(answer, Count::Blocked(end_of_block()));
}
