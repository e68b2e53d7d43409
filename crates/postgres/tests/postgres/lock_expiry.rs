//! Locks whose time is over, with several processes at it.

use std::time::Duration;

use tokio::task::JoinSet;
use unlockd_application::ports::{CommitError, UserStore};
use unlockd_domain::{Actor, LockOrder, Timestamp, UnlockCause, User, UserChange, UserState};
use unlockd_postgres::PostgresStore;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::rival::Rival;
use crate::store::{connect, migrated, with_user};

/// The moment at which all the locks here expire.
fn end() -> Timestamp {
    fixtures::now().saturating_add(Duration::from_mins(1))
}

async fn with_locked_users(store: &PostgresStore, count: usize) -> Vec<User> {
    let mut users = Vec::new();
    for number in 0..count {
        let user = with_user(store, &format!("u {number}")).await;
        let order = LockOrder {
            until: Some(end()),
            ..fixtures::lock_order()
        };
        let lock = user.lock(order, Actor::System, fixtures::now()).unwrap();
        store.commit(&lock, None).await.unwrap();
        users.push(lock.user().clone());
    }
    users
}

/// How often the history says that the lock has expired.
async fn expirations(store: &PostgresStore, user: &User) -> usize {
    let history = store.history(user.id()).await.unwrap();
    let replayed = User::replay(&history).unwrap();
    assert_eq!(store.find(user.id()).await.unwrap(), Some(replayed));
    let causes = history.iter().filter_map(|event| event.kind.unlock_cause());
    causes.filter(|cause| *cause == UnlockCause::Expired).count()
}

async fn lift_all(store: PostgresStore, batch: u32) -> u32 {
    let mut lifted = 0;
    loop {
        let count = store.lift_expired_locks(end(), batch).await.unwrap();
        lifted += count;
        if count == 0 {
            return lifted;
        }
    }
}

/// Whoever passes over what others hold may be done before them; in the end each lock was written down once.
#[tokio::test(flavor = "multi_thread")]
async fn sweepers_of_two_processes_write_each_expired_lock_down_once() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let one = migrated(&database).await;
    let other = connect(database.url()).await;
    let users = with_locked_users(&one, 120).await;

    let mut sweepers = JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        sweepers.spawn(lift_all(store, 7));
    }
    let lifted: u32 = sweepers.join_all().await.into_iter().sum();

    assert_eq!(lifted, 120);
    for user in &users {
        assert_eq!(expirations(&one, user).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sweepers_and_changes_of_the_same_users_write_each_expired_lock_down_once() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let users = with_locked_users(&store, 60).await;
    let other = connect(database.url()).await;

    let mut tasks = JoinSet::new();
    for chunk in users.chunks(10) {
        let (store, users) = (store.clone(), chunk.to_vec());
        tasks.spawn(async move {
            for user in users {
                let update = |user: &User| user.update(fixtures::data("{}"), Actor::System, end()).unwrap();
                if let Err(error) = store.commit(&update(&user), None).await {
                    assert!(matches!(error, CommitError::Conflict), "{error:?}");
                    let user = store.find(user.id()).await.unwrap().unwrap();
                    store.commit(&update(&user), None).await.unwrap();
                }
            }
            0
        });
    }
    for _ in 0..4 {
        tasks.spawn(lift_all(other.clone(), 7));
    }
    tasks.join_all().await;

    for user in &users {
        assert_eq!(expirations(&store, user).await, 1);
        let found = store.find(user.id()).await.unwrap().unwrap();
        assert_eq!(
            (found.sequence().get(), found.state(fixtures::now())),
            (4, &UserState::Active)
        );
    }
}

#[tokio::test]
async fn users_whom_somebody_holds_are_passed_over_without_waiting() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let users = with_locked_users(&store, 5).await;
    let mut rival = Rival::connect(&database).await;
    rival
        .execute("BEGIN; SELECT 1 FROM users WHERE id = 'u 0' FOR UPDATE")
        .await;

    // Those who wait are refused by the store's timeout, long before the rival lets go.
    assert_eq!(store.lift_expired_locks(end(), 100).await.unwrap(), 4);

    assert_eq!(expirations(&store, &users[0]).await, 0);
    rival.execute("COMMIT").await;
    assert_eq!(store.lift_expired_locks(end(), 100).await.unwrap(), 1);
    assert_eq!(expirations(&store, &users[0]).await, 1);
}

/// Others refer to users all the time, and that is no change of them.
#[tokio::test]
async fn users_to_whom_something_is_being_given_are_not_passed_over() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    with_locked_users(&store, 1).await;
    let mut rival = Rival::connect(&database).await;
    rival
        .execute("BEGIN; SELECT 1 FROM users WHERE id = 'u 0' FOR KEY SHARE")
        .await;

    assert_eq!(store.lift_expired_locks(end(), 100).await.unwrap(), 1);
}

/// What is changed often is changed without a transaction around it: those begin with a level of isolation of their own.
#[tokio::test]
async fn a_change_of_the_state_is_one_statement_also_behind_the_end_of_a_lock() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let users = with_locked_users(&migrated(&database).await, 1).await;
    let mut rival = Rival::connect(&database).await;
    rival
        .execute(
            "DO $$ BEGIN
                 EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database());
             END $$;
             CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
                 IF current_setting('transaction_isolation') <> 'serializable' THEN
                     RAISE EXCEPTION 'within a transaction';
                 END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON user_events FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;
    let store = connect(database.url()).await;
    let commit = async |change: UserChange| {
        store.commit(&change, None).await.unwrap();
        change.user().clone()
    };

    let policy = fixtures::lockout_policy(1);
    let failed = users[0]
        .fail_password_check(&policy, true, Actor::System, end())
        .unwrap();
    assert_eq!(failed.events().count(), 3);
    let locked = commit(failed).await;
    let unlocked = commit(locked.unlock(None, Actor::System, end()).unwrap()).await;
    let passed = unlocked.pass_password_check(&policy, None, Actor::System, end());
    commit(passed.unwrap()).await;

    // Positions are taken in the order of the sequences.
    let in_order = "SELECT count(*) FROM user_events WHERE position = sequence";
    assert_eq!(rival.number(in_order).await, 7);
    // The trigger does what it is here for.
    let user = store.find(users[0].id()).await.unwrap().unwrap();
    let update = user.update(fixtures::data("{}"), Actor::System, end()).unwrap();
    store.commit(&update, None).await.unwrap_err();
}
