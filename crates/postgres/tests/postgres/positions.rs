//! Many write at the same time and end in whatever order; those who read along miss nothing and see nothing twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::task::JoinSet;
use unlockd_application::ports::{
    EventFilter, EventOrder, EventRange, EventStore, LockoutPolicyStore, UserStore, Visibility,
};
use unlockd_domain::{Actor, LockoutPolicy, OrganizationId, OwnedPolicy, PolicyChange, Position, User, UserState};
use unlockd_postgres::PostgresStore;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::store::{connect, migrated, with_user};

const WRITERS: usize = 16;
const TRANSACTIONS: usize = 40;

/// Writes as the store does, one event or two in a transaction that is held open for up to 20 ms; one in five is undone.
async fn write_with_delays(url: String, user: String) {
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let write = format!(
        "WITH changed AS (
             UPDATE users SET sequence = sequence + 1 WHERE id = '{user}' RETURNING id, organization_id, sequence
         )
         INSERT INTO user_events (user_id, sequence, kind, organization_id, occurred_at)
         SELECT id, sequence, 'user.updated', organization_id, now() FROM changed;
         SELECT pg_sleep(random() * 0.01);"
    );
    for number in 0..TRANSACTIONS {
        let end = if number % 5 == 4 { "ROLLBACK" } else { "COMMIT" };
        let again = if number % 3 == 0 { write.as_str() } else { "" };
        let transaction = format!("BEGIN; {write} {again} {end}");
        connection.execute(AssertSqlSafe(transaction)).await.unwrap();
    }
}

/// Locks and unlocks a user by the store.
async fn write_through(store: PostgresStore, mut user: User) {
    for _ in 0..TRANSACTIONS {
        let change = match user.state(fixtures::now()) {
            UserState::Active => user
                .lock(fixtures::lock_order(), Actor::System, fixtures::now())
                .unwrap(),
            UserState::Locked(_) | UserState::Inactive | UserState::Deleted => {
                user.unlock(None, Actor::System, fixtures::now()).unwrap()
            }
        };
        UserStore::commit(&store, &change, None).await.unwrap();
        user = change.user().clone();
    }
}

/// Sets the policy of the instance or of an organization by the store, and resets it.
async fn write_policy(store: PostgresStore, organization: Option<OrganizationId>) {
    let mut policy: Option<OwnedPolicy> = None;
    for number in 0..TRANSACTIONS {
        let setting = (number % 2 == 0).then_some(LockoutPolicy::DEFAULT);
        let change = PolicyChange::new(
            organization.clone(),
            policy.as_ref(),
            setting,
            Actor::System,
            fixtures::now(),
        );
        LockoutPolicyStore::commit(&store, &change, None).await.unwrap();
        policy = Some(change.policy().clone());
    }
}

/// Follows the history through the stores in turn, in steps of at most `limit` events, until nobody writes any more and all
/// is read.
async fn watch(stores: [PostgresStore; 2], limit: u32, is_written: Arc<AtomicBool>) -> Vec<Position> {
    let everything = EventFilter::all(Visibility::Instance);
    let mut seen: Vec<Position> = Vec::new();
    for store in stores.iter().cycle() {
        let is_last = is_written.load(Ordering::SeqCst);
        let range = EventRange {
            after: seen.last().copied().unwrap_or_default(),
            up_to: store.settled().await.unwrap(),
            order: EventOrder::Forward,
            limit,
        };
        let events = store.select(&everything, &range).await.unwrap();
        let is_behind = events.len() == limit as usize;
        seen.extend(events.iter().map(|recorded| recorded.position));
        if is_last && !is_behind {
            break;
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_see_every_event_once_and_in_order_however_transactions_overlap() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let one = migrated(&database).await;
    let other = connect(database.url()).await;
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let user = with_user(&one, &format!("raw {number}")).await;
        writers.spawn(write_with_delays(database.url(), user.id().to_string()));
    }
    for (store, id) in [(&one, "through one"), (&other, "through the other")] {
        let user = with_user(store, id).await;
        writers.spawn(write_through(store.clone(), user));
    }
    writers.spawn(write_policy(one.clone(), None));
    writers.spawn(write_policy(other.clone(), Some(fixtures::organization_id("acme"))));
    let is_written = Arc::new(AtomicBool::new(false));
    let watchers: Vec<_> = [
        ([one.clone(), one.clone()], 200),
        ([other.clone(), other.clone()], 7),
        // Comes back through another process each time.
        ([one.clone(), other.clone()], 3),
    ]
    .into_iter()
    .map(|(stores, limit)| tokio::spawn(watch(stores, limit, Arc::clone(&is_written))))
    .collect();

    writers.join_all().await;
    is_written.store(true, Ordering::SeqCst);

    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let positions = sqlx::query_scalar::<_, i64>("SELECT position FROM user_events ORDER BY position");
    let written: Vec<_> = positions.fetch_all(&mut connection).await.unwrap();
    let written: Vec<_> = written
        .into_iter()
        .map(|number| Position::try_from(number).unwrap())
        .collect();
    let (events, taken) = (written.len() as u64, written.last().unwrap().get());
    assert!(events < taken, "undone transactions leave gaps");
    for watcher in watchers {
        assert_eq!(watcher.await.unwrap(), written);
    }
}
