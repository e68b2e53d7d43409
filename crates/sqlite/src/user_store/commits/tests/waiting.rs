//! What becomes of those who wait for their batch.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use sqlx::Executor;
use unlockd_application::ports::{CommitError, StoreError, UserStore};
use unlockd_batching::{BatchWork, Limits};
use unlockd_domain::{Actor, UserChange};
use unlockd_testkit::fixtures;

use super::{File, PATIENT, lock, plain};
use crate::store::LIMITS;
use crate::user_store::commits::Commits;

/// Asks once; what is asked for waits for its turn.
async fn ask(commit: &mut (impl Future + Unpin)) {
    let first_step = poll_fn(|context| Poll::Ready(Pin::new(&mut *commit).poll(context))).await;
    assert!(first_step.is_pending());
}

#[tokio::test]
async fn whoever_waits_is_done_in_order_and_without_those_who_went_away() {
    let file = File::new(PATIENT, LIMITS).await;
    let users = file.users(10).await;
    let locks: Vec<UserChange> = users.iter().map(lock).collect();
    let unlock = locks[9].user().unlock(None, Actor::System, fixtures::now()).unwrap();
    let mut other = file.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let mut waiting = Vec::new();
    for change in locks.iter().chain([&unlock]) {
        let mut commit = file.store.commit(change, None);
        ask(&mut commit).await;
        waiting.push(commit);
    }
    // The one who is doing it, and one in the queue.
    drop(waiting.remove(3));
    drop(waiting.remove(0));

    other.execute("ROLLBACK").await.unwrap();

    for commit in waiting {
        commit.await.unwrap();
    }
    file.assert_written(&locks[3], false).await;
    for change in [&locks[0], &locks[1], &locks[8], &unlock] {
        file.assert_written(change, true).await;
    }
}

#[tokio::test]
async fn whoever_finds_the_queue_full_is_refused_at_once_and_nothing_is_written() {
    let limits = Limits {
        queue_items: 2,
        ..LIMITS
    };
    let file = File::new(PATIENT, limits).await;
    let changes: Vec<UserChange> = file.users(4).await.iter().map(lock).collect();
    let mut other = file.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let mut waiting = Vec::new();
    for change in &changes[..3] {
        let mut commit = file.store.commit(change, None);
        ask(&mut commit).await;
        waiting.push(commit);
    }

    let refused = file.store.commit(&changes[3], None).await;

    let is_overloaded = matches!(refused, Err(CommitError::Store(StoreError::Overloaded(_))));
    assert!(is_overloaded, "{refused:?}");
    other.execute("ROLLBACK").await.unwrap();
    for commit in waiting {
        commit.await.unwrap();
    }
    file.assert_written(&changes[3], false).await;
    file.store.commit(&changes[3], None).await.unwrap();
}

#[tokio::test]
async fn a_batch_that_gets_no_lock_in_time_is_unavailable_to_everybody_and_the_next_one_is_done() {
    let file = File::new(Duration::from_millis(200), LIMITS).await;
    let changes: Vec<UserChange> = file.users(5).await.iter().map(lock).collect();
    let mut other = file.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();

    let work = Commits::new(file.store.writer.clone(), Duration::from_millis(100));
    let answers = work.run(changes.iter().map(plain).collect()).await;

    for answer in answers {
        let is_unavailable = matches!(answer, Err(CommitError::Store(StoreError::Unavailable(_))));
        assert!(is_unavailable, "{answer:?}");
    }
    other.execute("ROLLBACK").await.unwrap();
    for answer in file.run(changes.iter().map(plain).collect()).await {
        answer.unwrap();
    }
}
