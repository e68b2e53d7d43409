use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::Barrier;
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{CommitError, CreateUserError, UserStore};
use unlockd_domain::{Actor, Event, UserChange, UserId};
use unlockd_postgres::PostgresStore;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::store::{connect, migrated, with_user};

const COPIES: usize = 64;

fn request(key: &str) -> IdempotentRequest {
    IdempotentRequest {
        key: IdempotencyKey::new(key).unwrap(),
        digest: RequestDigest([7; 32]),
    }
}

fn caller() -> UserId {
    fixtures::user_id("caller")
}

/// What came of the changes, committed at the same moment under one key through two processes.
async fn commit_at_once(database: &TestDatabase, changes: Vec<UserChange>) -> Vec<Result<(), CommitError>> {
    let stores = [connect(database.url()).await, connect(database.url()).await];
    let start = Arc::new(Barrier::new(changes.len()));
    let commits = changes.into_iter().zip(stores.iter().cycle()).map(|(change, store)| {
        let (store, start) = (store.clone(), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            store.commit(&change, Some(&request("key"))).await
        })
    });
    let commits = join_all(commits.collect::<Vec<_>>()).await;
    commits.into_iter().map(Result::unwrap).collect()
}

async fn locks_of(store: &PostgresStore, ids: impl Iterator<Item = String>) -> Vec<UserChange> {
    let mut locks = Vec::new();
    for id in ids {
        let user = with_user(store, &id).await;
        locks.push(
            user.lock(fixtures::lock_order(), Actor::User(caller()), fixtures::now())
                .unwrap(),
        );
    }
    locks
}

#[tokio::test(flavor = "multi_thread")]
async fn of_copies_of_a_request_that_reach_two_processes_at_once_one_is_done() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let locks = locks_of(&store, ["u".to_owned()].into_iter()).await;

    let outcomes = commit_at_once(&database, locks.iter().cycle().take(COPIES).cloned().collect()).await;

    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes {
        assert!(
            matches!(
                outcome,
                Ok(()) | Err(CommitError::Conflict | CommitError::IdempotencyKeyTaken)
            ),
            "{outcome:?}"
        );
    }
    let recorded = store
        .find_request(&caller(), &request("key").key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(recorded.event, Event::User(locks[0].event().clone()));
    assert_eq!(recorded.digest, Some(request("key").digest));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_requests_about_different_users_under_one_key_one_is_done() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let mut changes = locks_of(&store, (0..COPIES / 2).map(|number| format!("locked {number}"))).await;
    for number in 0..COPIES / 2 {
        let user = with_user(&store, &format!("deleted {number}")).await;
        changes.push(user.delete(Actor::User(caller()), fixtures::now()).unwrap());
    }

    let outcomes = commit_at_once(&database, changes.clone()).await;

    for (change, outcome) in changes.iter().zip(&outcomes) {
        assert!(
            matches!(outcome, Ok(()) | Err(CommitError::IdempotencyKeyTaken)),
            "{outcome:?}"
        );
        let found = store.find(change.user().id()).await.unwrap().unwrap();
        assert_eq!(found == *change.user(), outcome.is_ok());
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test]
async fn the_caller_of_a_creation_uses_the_key_up_and_other_callers_do_not() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    with_user(&store, "u").await;
    let created_by = |actor: &str, id: &str| {
        let mut new = fixtures::named_user(id, "acme", &[id]);
        new.change = unlockd_domain::User::create(
            fixtures::user_id(id),
            fixtures::organization_id("acme"),
            Actor::User(fixtures::user_id(actor)),
            fixtures::now(),
        );
        new.request = Some(request("key"));
        new
    };

    store.create(&created_by("caller", "first")).await.unwrap();
    store.create(&created_by("another", "second")).await.unwrap();
    let refusal = store.create(&created_by("caller", "third")).await;

    assert!(
        matches!(refusal, Err(CreateUserError::IdempotencyKeyTaken)),
        "{refusal:?}"
    );
    assert_eq!(store.find(&fixtures::user_id("third")).await.unwrap(), None);
    let mut lock = locks_of(&store, ["fourth".to_owned()].into_iter()).await;
    let refusal = store.commit(&lock.remove(0), Some(&request("key"))).await;
    assert!(matches!(refusal, Err(CommitError::IdempotencyKeyTaken)), "{refusal:?}");
}
