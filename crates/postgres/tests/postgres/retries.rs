use unlockd_application::ports::{CommitError, GrantStore, StoreError, UserStore};
use unlockd_domain::{Actor, Grant, UserChange};
use unlockd_postgres::PostgresStore;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::rival::Rival;
use crate::store::{migrated, with_user};

/// A store with an active user, the change that locks them, and a database that refuses the first events.
async fn refusing(database: &TestDatabase, count: u32, sql_state: &str) -> (PostgresStore, UserChange, Rival) {
    let store = migrated(database).await;
    let user = with_user(&store, "u").await;
    let lock = user.lock(fixtures::lock_order(), Actor::System, fixtures::now());
    let mut rival = Rival::connect(database).await;
    rival.refuse_events(count, sql_state).await;
    (store, lock.unwrap(), rival)
}

#[tokio::test]
async fn a_write_that_was_undone_because_of_parallel_ones_is_done_again() {
    for sql_state in ["40001", "40P01"] {
        let Some(database) = TestDatabase::create().await else {
            return;
        };
        let (store, lock, mut rival) = refusing(&database, 3, sql_state).await;

        store.commit(&lock, None).await.unwrap();

        assert_eq!(rival.attempts().await, 4);
        assert_eq!(store.history(lock.user().id()).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_write_that_is_undone_again_and_again_is_given_up_as_overload() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let (store, lock, mut rival) = refusing(&database, 1000, "40001").await;

    let refusal = store.commit(&lock, None).await;

    assert!(
        matches!(refusal, Err(CommitError::Store(StoreError::Overloaded(_)))),
        "{refusal:?}"
    );
    assert_eq!(rival.attempts().await, 20);
    assert_eq!(store.history(lock.user().id()).await.unwrap().len(), 1);
}

/// The database does not know whether it did it (`statement_completion_unknown`).
#[tokio::test]
async fn a_write_that_may_have_happened_is_not_done_again() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let (store, lock, mut rival) = refusing(&database, 1, "40003").await;

    let refusal = store.commit(&lock, None).await;

    assert!(
        matches!(refusal, Err(CommitError::Store(StoreError::Unavailable(_)))),
        "{refusal:?}"
    );
    assert_eq!(rival.attempts().await, 1);
}

/// The server was demoted (`read_only_sql_transaction`); a new connection may lead to the new primary.
#[tokio::test]
async fn a_connection_to_a_server_that_only_reads_is_closed() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let (store, lock, mut rival) = refusing(&database, 1, "25006").await;

    let refusal = store.commit(&lock, None).await;

    assert!(
        matches!(refusal, Err(CommitError::Store(StoreError::Unavailable(_)))),
        "{refusal:?}"
    );
    let refused = "SELECT count(*) FROM pg_stat_activity WHERE pid = (SELECT last_value FROM refused_process)";
    rival.wait_for(0, refused).await;
    store.commit(&lock, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_victim_of_a_deadlock_gets_through_in_the_end() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    for id in ["a", "b"] {
        let owner = with_user(&store, id).await;
        let grant = Grant::instance_owner();
        store.add(owner.id(), &grant, fixtures::now()).await.unwrap();
    }
    let mut rival = Rival::connect(&database).await;
    rival
        .execute("BEGIN; SELECT 1 FROM users WHERE id = 'b' FOR UPDATE")
        .await;
    let removal = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .remove(&fixtures::user_id("b"), &Grant::instance_owner(), fixtures::now())
                .await
        }
    });
    rival.is_in_the_way().await;

    // It has locked `a` and waits for `b`.
    let unlocked = "SELECT count(*) FROM (SELECT 1 FROM users WHERE id = 'a' FOR UPDATE SKIP LOCKED) AS unlocked";
    assert_eq!(rival.number(unlocked).await, 0);
    rival
        .execute("SELECT 1 FROM users WHERE id = 'a' FOR UPDATE; COMMIT")
        .await;

    removal.await.unwrap().unwrap();
    let left = store.list(None).await.unwrap();
    assert_eq!(left, [(fixtures::user_id("a"), Grant::instance_owner())]);
}
