//! What is asked for at the same time is one statement, and nobody notices but the clock.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{CommitError, StoreError, UserStore};
use unlockd_domain::{Actor, Event, User, UserChange};
use unlockd_postgres::PostgresStore;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::{Fault, Proxy, TestDatabase};

use crate::rival::Rival;
use crate::store::{connect, migrated, with_user};

const USERS: usize = 100;

/// Locks of users, in front of which one more goes: it is in flight while the others gather.
async fn locks(store: &PostgresStore) -> Vec<UserChange> {
    let mut locks = Vec::new();
    for number in 0..=USERS {
        let user = with_user(store, &format!("user {number:03}")).await;
        let actor = Actor::User(fixtures::user_id("caller"));
        locks.push(user.lock(fixtures::lock_order(), actor, fixtures::now()).unwrap());
    }
    locks
}

/// Commits at the same moment: all are asked for before any is polled a second time.
async fn commit_all(store: &PostgresStore, changes: &[UserChange]) -> Vec<Result<(), CommitError>> {
    join_all(changes.iter().map(|change| store.commit(change, None))).await
}

fn request(key: &str) -> IdempotentRequest {
    IdempotentRequest {
        key: IdempotencyKey::new(key).unwrap(),
        digest: RequestDigest([7; 32]),
    }
}

async fn assert_written(store: &PostgresStore, change: &UserChange) {
    let id = change.user().id();
    assert_eq!(store.find(id).await.unwrap().as_ref(), Some(change.user()));
    assert_eq!(store.history(id).await.unwrap().last(), Some(change.event()));
}

/// How many transactions have changed the history, up to now.
async fn transactions(database: &TestDatabase) -> i64 {
    Rival::connect(database)
        .await
        .number("SELECT count(DISTINCT xmin::text) FROM user_events WHERE kind = 'user.locked'")
        .await
}

#[tokio::test]
async fn many_changes_at_the_same_time_are_two_transactions_and_a_conflict_among_them_is_one_of_its_own() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let locks = locks(&store).await;
    // By another store: this one has no connection for batches yet, so the first to come is under way until all have come.
    let outrun = &locks[50];
    connect(database.url()).await.commit(outrun, None).await.unwrap();

    let mut outcomes = commit_all(&store, &locks).await;

    assert!(matches!(outcomes.remove(50), Err(CommitError::Conflict)));
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    for lock in &locks {
        assert_written(&store, lock).await;
        assert_eq!(store.history(lock.user().id()).await.unwrap().len(), 2);
    }
    // The one that came first, the batch, and the one that outran it.
    assert_eq!(transactions(&database).await, 3);
}

#[tokio::test]
async fn many_look_ups_at_the_same_time_answer_everybody() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let locks = locks(&store).await;
    // Some are asked for twice, and one in two is not there.
    let ids: Vec<_> = (0..4 * USERS)
        .map(|number| fixtures::user_id(&format!("user {:03}", number % (2 * USERS))))
        .collect();

    let found = join_all(ids.iter().map(|id| store.find(id))).await;
    let found_with_profile = join_all(ids.iter().map(|id| store.find_with_profile(id))).await;

    for (id, (user, with_profile)) in ids.iter().zip(found.into_iter().zip(found_with_profile)) {
        let user = user.unwrap();
        assert_eq!(user.is_some(), locks.iter().any(|lock| lock.user().id() == id));
        assert_eq!(user.as_ref().map(User::id), user.as_ref().map(|_| id));
        assert_eq!(with_profile.unwrap().map(|(user, _)| user), user);
    }

    let new = fixtures::named_user("named", "acme", &["one", "two"]);
    UserStore::create(&store, &new).await.unwrap();
    let ids = ["named", "user 000", "named", "named"].map(fixtures::user_id);
    for (id, found) in ids
        .iter()
        .zip(join_all(ids.iter().map(|id| store.find_with_profile(id))).await)
    {
        let names = found.unwrap().unwrap().1.usernames;
        assert_eq!(names.len(), if id.as_str() == "named" { 2 } else { 0 });
    }
}

#[tokio::test]
async fn a_change_that_the_database_takes_offence_at_fails_alone() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let locks = locks(&store).await;
    store.commit(&locks[0], Some(&request("taken"))).await.unwrap();

    let (poisoned, fresh) = (request("taken"), request("fresh"));
    let outcomes = join_all(locks[1..].iter().enumerate().map(|(number, lock)| {
        let request = match number {
            40 => Some(&poisoned),
            41 => Some(&fresh),
            _ => None,
        };
        store.commit(lock, request)
    }))
    .await;

    for (number, (outcome, lock)) in outcomes.into_iter().zip(&locks[1..]).enumerate() {
        if number == 40 {
            assert!(matches!(outcome, Err(CommitError::IdempotencyKeyTaken)), "{outcome:?}");
            assert_eq!(store.history(lock.user().id()).await.unwrap().len(), 1);
        } else {
            outcome.unwrap();
            assert_written(&store, lock).await;
        }
    }
    let caller = fixtures::user_id("caller");
    let recorded = store.find_request(&caller, &fresh.key).await.unwrap().unwrap();
    assert_eq!(recorded.event, Event::User(locks[42].event().clone()));
}

#[tokio::test]
async fn of_two_changes_under_one_key_one_is_done_and_the_others_do_not_notice() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let locks = locks(&store).await;
    let key = request("key");

    let outcomes = join_all(locks.iter().enumerate().map(|(number, lock)| {
        let request = [40, 60].contains(&number).then_some(&key);
        store.commit(lock, request)
    }))
    .await;

    for (number, outcome) in outcomes.iter().enumerate() {
        if number == 60 {
            assert!(matches!(outcome, Err(CommitError::IdempotencyKeyTaken)), "{outcome:?}");
        } else {
            assert!(outcome.is_ok(), "{outcome:?}");
        }
    }
    // The one that came first, and the batch.
    assert_eq!(transactions(&database).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whom_somebody_else_holds_up_does_not_hold_up_the_others() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let locks = locks(&store).await;
    let mut rival = Rival::connect(&database).await;
    rival
        .execute("BEGIN; SELECT 1 FROM users WHERE id = 'user 050' FOR UPDATE")
        .await;

    let held_up = tokio::spawn({
        let (store, lock) = (store.clone(), locks[50].clone());
        async move { store.commit(&lock, None).await }
    });
    rival.is_in_the_way().await;
    let others = [&locks[..50], &locks[51..]].concat();
    for outcome in commit_all(&store, &others).await {
        outcome.unwrap();
    }

    assert!(!held_up.is_finished());
    rival.execute("COMMIT").await;
    held_up.await.unwrap().unwrap();
    for lock in &locks {
        assert_written(&store, lock).await;
    }
}

/// A fault befalls a batch, and not what was in flight before it; answers how many events each user of the batch has then.
async fn events_after(fault: Fault) -> Option<usize> {
    let database = TestDatabase::create().await?;
    let direct = migrated(&database).await;
    let locks = locks(&direct).await;
    let proxy = Proxy::start(&database).await.unwrap();
    let proxied = connect(database.url_through(proxy.port())).await;
    let first = direct.find(locks[0].user().id()).await.unwrap().unwrap();
    let first = first.deactivate(None, Actor::System, fixtures::now()).unwrap();
    proxy.fail_once("user.locked", fault);

    let (first, outcomes) = join(proxied.commit(&first, None), commit_all(&proxied, &locks[1..])).await;

    first.unwrap();
    for outcome in outcomes {
        assert!(
            matches!(outcome, Err(CommitError::Store(StoreError::Unavailable(_)))),
            "{outcome:?}"
        );
    }
    let mut numbers = Vec::new();
    for lock in &locks[1..] {
        numbers.push(direct.history(lock.user().id()).await.unwrap().len());
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 1, "all or nothing");
    numbers.pop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_answer_is_lost_is_unavailable_to_all_in_it_and_written_once() {
    assert!(matches!(events_after(Fault::AnswerLost).await, None | Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_never_arrives_is_unavailable_to_all_in_it_and_not_written() {
    assert!(matches!(events_after(Fault::MessageLost).await, None | Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_go_away_do_not_take_others_along() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let locks = locks(&store).await;
    let mut commits: Vec<_> = locks.iter().map(|lock| Box::pin(store.commit(lock, None))).collect();
    for commit in &mut commits {
        assert!(commit.now_or_never().is_none());
    }

    // The one whose commit is in flight, and every second one of those who wait.
    let mut number = 0;
    commits.retain(|_| {
        number += 1;
        number % 2 == 0
    });

    let outcomes = tokio::time::timeout(Duration::from_secs(30), join_all(commits))
        .await
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    // What was under way came to its end.
    for lock in locks.iter().take(1).chain(locks.iter().skip(1).step_by(2)) {
        assert_written(&store, lock).await;
    }
}
