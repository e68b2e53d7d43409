use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use unlockd_application::ports::{OrganizationStore, UserStore};
use unlockd_domain::{Actor, LockOrder, UnlockCause, UserEventKind};
use unlockd_sqlite::SqliteStore;
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

const USERS: usize = 100;

fn id(number: usize) -> String {
    format!("user {number:03}")
}

/// Users who are locked for a second.
async fn lock_users(store: &SqliteStore, count: usize) {
    OrganizationStore::create(store, &fixtures::organization("acme"), None)
        .await
        .unwrap();
    for number in 0..count {
        let new = fixtures::new_user(&id(number), "acme");
        UserStore::create(store, &new).await.unwrap();
        let order = LockOrder {
            until: Some(fixtures::now().saturating_add(Duration::from_secs(1))),
            ..fixtures::lock_order()
        };
        let lock = new.change.user().lock(order, Actor::System, fixtures::now()).unwrap();
        store.commit(&lock, None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_that_sweep_at_the_same_time_exactly_one_writes_each_expired_lock_down() {
    let file = DatabaseFile::new();
    let stores = [file.open_migrated().await, file.open_migrated().await];
    lock_users(&stores[0], USERS).await;
    let later = fixtures::now().saturating_add(Duration::from_secs(1));
    let (sweepers, batch) = (20, 7);
    let start = Arc::new(Barrier::new(sweepers));
    let mut sweeps = JoinSet::new();
    for number in 0..sweepers {
        let (store, start) = (stores[number % 2].clone(), start.clone());
        sweeps.spawn(async move {
            start.wait().await;
            let mut lifted = 0;
            loop {
                match store.lift_expired_locks(later, batch).await.unwrap() {
                    0 => return lifted,
                    some => lifted += some as usize,
                }
            }
        });
    }
    let lifted = sweeps.join_all().await;
    assert_eq!(lifted.iter().sum::<usize>(), USERS, "{lifted:?}");
    for number in 0..USERS {
        let history = stores[1].history(&fixtures::user_id(&id(number))).await.unwrap();
        let kinds: Vec<_> = history.iter().map(|event| event.kind.clone()).collect();
        let expired = UserEventKind::Unlocked {
            cause: UnlockCause::Expired,
            reason: None,
        };
        assert_eq!((kinds.len(), kinds.last()), (3, Some(&expired)));
    }
}

#[tokio::test]
async fn sweeping_waits_for_no_other_process_when_nothing_has_expired() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    lock_users(&store, 1).await;
    let mut other = file.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(store.lift_expired_locks(fixtures::now(), 100).await.unwrap(), 0);
}
