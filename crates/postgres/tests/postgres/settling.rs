//! Whom settling waits for, and whom not.

use std::time::Duration;

use unlockd_application::ports::{EventStore, StoreError, UserStore};
use unlockd_domain::Actor;
use unlockd_postgres::{PostgresOptions, PostgresStore};
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::rival::Rival;
use crate::store::{migrated, with_user};

/// Begins to write an event, and has a position for it.
const BEGIN_EVENT: &str = "BEGIN;
    UPDATE users SET sequence = 2 WHERE id = 'slow';
    INSERT INTO user_events (user_id, sequence, kind, organization_id, occurred_at)
    VALUES ('slow', 2, 'user.updated', 'acme', now())";

async fn with_timeout(database: &TestDatabase, operation_timeout: Duration) -> PostgresStore {
    let mut options = PostgresOptions::new(database.url());
    options.operation_timeout = operation_timeout;
    PostgresStore::connect(options).await.unwrap()
}

#[tokio::test]
async fn an_event_is_settled_when_those_before_it_are_written_or_given_up() {
    for (end, expected) in [("COMMIT", 3), ("ROLLBACK", 2)] {
        let Some(database) = TestDatabase::create().await else {
            return;
        };
        let store = migrated(&database).await;
        with_user(&store, "slow").await;
        let mut rival = Rival::connect(&database).await;
        rival.execute(BEGIN_EVENT).await;
        with_user(&store, "quick").await;
        let settled = tokio::spawn({
            let store = store.clone();
            async move { store.settled().await }
        });
        let impatient = with_timeout(&database, Duration::from_millis(300)).await;

        // It gives up in its own time, and by then the other one has not answered either.
        let refusal = impatient.settled().await;
        assert!(matches!(refusal, Err(StoreError::Unavailable(_))), "{refusal:?}");
        assert!(!settled.is_finished());
        rival.execute(end).await;

        assert_eq!(settled.await.unwrap().unwrap().get(), 3);
        assert_eq!(impatient.settled().await.unwrap().get(), 3);
        let events = rival
            .number("SELECT count(*) FROM user_events WHERE position <= 3")
            .await;
        assert_eq!(events, expected);
    }
}

#[tokio::test]
async fn an_event_of_a_writer_who_never_ends_leaves_what_is_before_it_readable() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    with_user(&store, "slow").await;
    assert_eq!(store.settled().await.unwrap().get(), 1);
    let mut rival = Rival::connect(&database).await;

    rival.execute(BEGIN_EVENT).await;

    assert_eq!(store.settled().await.unwrap().get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_have_no_position_hold_nobody_up() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let user = with_user(&store, "slow").await;
    let mut report = Rival::connect(&database).await;
    report
        .execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ;
             SELECT * FROM user_events;
             CREATE TABLE report (number bigint);
             INSERT INTO report SELECT count(*) FROM user_events",
        )
        .await;
    let mut monitor = Rival::connect(&database).await;
    monitor
        .execute("BEGIN; SELECT * FROM user_events; SELECT * FROM pg_sequences")
        .await;
    let mut holder = Rival::connect(&database).await;
    holder
        .execute("BEGIN; SELECT 1 FROM users WHERE id = 'slow' FOR UPDATE")
        .await;
    let waiting = tokio::spawn({
        let store = store.clone();
        let lock = user.lock(fixtures::lock_order(), Actor::System, fixtures::now());
        async move { store.commit(&lock.unwrap(), None).await }
    });
    holder.is_in_the_way().await;
    with_user(&store, "quick").await;

    let settled = store.settled().await;

    assert_eq!(settled.unwrap().get(), 2);
    assert!(!waiting.is_finished());
    holder.execute("COMMIT").await;
    waiting.await.unwrap().unwrap();
    assert_eq!(store.settled().await.unwrap().get(), 3);
}
