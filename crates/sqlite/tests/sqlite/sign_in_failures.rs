use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, IdentityDigest, SignInFailureStore};
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

fn attempt() -> CountedAttempt {
    let day = Duration::from_hours(24);
    CountedAttempt {
        origin: AttemptOrigin {
            identity: IdentityDigest([7; 32]),
            source: Some(fixtures::source("203.0.113.7")),
        },
        at: fixtures::now(),
        counting_since: fixtures::now().saturating_sub(day),
        limit: 10,
        kept_until: fixtures::now().saturating_add(day),
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
    let (mut counted, mut exhausted) = (0, 0);
    for answer in attempts.join_all().await {
        match answer {
            Count::Counted => counted += 1,
            Count::Exhausted(failures) => {
                assert_eq!(failures, [fixtures::now(); 10]);
                exhausted += 1;
            }
        }
    }
    assert_eq!((counted, exhausted), (10, 490));
}

#[tokio::test]
async fn who_has_used_up_their_attempts_keeps_nobody_from_writing_and_is_answered_while_others_write() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    for _ in 0..10 {
        assert_eq!(store.count(&attempt()).await.unwrap(), Count::Counted);
    }
    let mut other = file.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let answer = store.count(&attempt()).await.unwrap();
    assert_eq!(answer, Count::Exhausted(vec![fixtures::now(); 10]));
}
