//! Failures that are counted by several processes at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, IdentityDigest, SignInFailureStore};
use unlockd_domain::{LockoutPolicy, Timestamp};
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::store::{connect, migrated};

const PARALLEL: u64 = 64;
/// That of the default policy.
const LIMIT: usize = 10;

fn origin() -> AttemptOrigin {
    AttemptOrigin {
        identity: IdentityDigest([7; 32]),
        source: Some(fixtures::source("203.0.113.7")),
    }
}

/// An attempt of so many microseconds after the beginning.
fn attempt(microseconds: u64) -> CountedAttempt {
    CountedAttempt {
        origin: origin(),
        policy: LockoutPolicy::DEFAULT,
        instance_policy: None,
        forgotten_at: None,
        now: fixtures::now().saturating_add(Duration::from_micros(microseconds)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_parallel_attempts_at_two_processes_no_more_than_the_limit_are_counted() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let stores = [migrated(&database).await, connect(database.url()).await];
    for round in 0..5 {
        let barrier = Arc::new(Barrier::new(usize::try_from(PARALLEL).unwrap()));
        let mut attempts = JoinSet::new();
        for number in 0..PARALLEL {
            let (store, barrier) = (stores[usize::from(number % 2 == 0)].clone(), Arc::clone(&barrier));
            attempts.spawn(async move {
                barrier.wait().await;
                // All at one moment in one round, and in their order in others.
                store.count(&attempt(number * (round % 2))).await.unwrap()
            });
        }
        let outcomes = attempts.join_all().await;

        let counted = outcomes.iter().filter(|count| matches!(count, Count::Counted(_)));
        assert_eq!(counted.count(), LIMIT);
        stores[0].forget(&origin()).await.unwrap();
    }
}

/// The row goes and comes while others count.
#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_counted_or_blocked_while_failures_are_forgotten() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let stores = [migrated(&database).await, connect(database.url()).await];
    let mut tasks = JoinSet::new();
    for number in 0..16_u64 {
        let store = stores[usize::from(number % 2 == 0)].clone();
        tasks.spawn(async move {
            for step in 0..20 {
                match (number + step) % 4 {
                    0 => store.forget(&origin()).await.unwrap(),
                    1 => drop(store.prune(Timestamp::MAX, 10).await.unwrap()),
                    2 => store.take_back(&origin(), attempt(step).now).await.unwrap(),
                    _ => {}
                }
                store.count(&attempt(step)).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
}
