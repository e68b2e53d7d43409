use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor};
use unlockd_application::ports::{
    EventFilter, EventOrder, EventRange, EventStore, InstanceStore, UserStore, Visibility,
};
use unlockd_domain::{Actor, EventName, Position, UserEventName};
use unlockd_sqlite::MigrationError;
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    store.migrate().await.unwrap();
    assert!(store.is_empty().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_may_start_on_a_new_file_at_the_same_time() {
    let file = DatabaseFile::new();
    let (first, second, third) = tokio::join!(file.open_migrated(), file.open_migrated(), file.open_migrated());
    for store in [first, second, third] {
        assert!(store.is_empty().await.unwrap());
    }
}

#[tokio::test]
async fn a_newer_database_is_refused_by_its_migration() {
    let file = DatabaseFile::new();
    file.open_migrated().await.close().await;
    let newer = "INSERT INTO _unlockd_migrations (version, description, success, checksum, execution_time)
                 VALUES (99991231000001, 'from the future', TRUE, x'00', 0)";
    file.connect().await.execute(newer).await.unwrap();
    let refusal = file.open().await.migrate().await;
    assert!(
        matches!(
            refusal,
            Err(MigrationError::DatabaseIsNewer {
                version: 99_991_231_000_001
            })
        ),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_migration_that_was_changed_afterwards_is_refused() {
    let file = DatabaseFile::new();
    file.open_migrated().await.close().await;
    let changed = "UPDATE _unlockd_migrations SET checksum = x'00'";
    file.connect().await.execute(changed).await.unwrap();
    let refusal = file.open().await.migrate().await;
    assert!(matches!(refusal, Err(MigrationError::Failed(_))), "{refusal:?}");
}

#[tokio::test]
async fn migrations_of_a_program_that_shares_the_file_are_its_own() {
    let file = DatabaseFile::new();
    let store = file.open().await;
    let theirs = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY); INSERT INTO _sqlx_migrations VALUES (1)";
    file.connect().await.execute(theirs).await.unwrap();
    store.migrate().await.unwrap();
    let kept = file
        .connect()
        .await
        .fetch_all("SELECT version FROM _sqlx_migrations")
        .await;
    assert_eq!(kept.unwrap().len(), 1);
}

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The last migration before events had positions.
const WITHOUT_POSITIONS: i64 = 20_261_123_000_006;

/// Two users whose events are interleaved, and at one moment the same; the one who comes second by id came first.
const OLD_EVENTS: &str = "
    INSERT INTO organizations (id, name, created_at) VALUES ('acme', 'acme', 0);
    INSERT INTO users (id, organization_id, state, sequence, lock_since, lock_cause, created_at, changed_at)
    VALUES ('a', 'acme', 'locked', 2, 30, 'operator', 20, 30), ('b', 'acme', 'active', 3, NULL, NULL, 10, 30);
    INSERT INTO user_events
        (user_id, sequence, kind, organization_id, actor_user_id, occurred_at, reason, lock_cause, lock_until)
    VALUES ('a', 1, 'user.created', 'acme', NULL, 20, NULL, NULL, NULL),
           ('a', 2, 'user.locked', 'acme', 'b', 30, 'lost a badge', 'operator', 90),
           ('b', 1, 'user.created', 'acme', NULL, 10, NULL, NULL, NULL),
           ('b', 2, 'user.locked', 'acme', NULL, 30, NULL, 'policy', NULL),
           ('b', 3, 'user.unlocked', 'acme', 'a', 30, NULL, NULL, NULL);
";

#[tokio::test]
async fn events_from_before_they_had_positions_are_kept_and_numbered_as_they_happened() {
    let file = DatabaseFile::new();
    let store = file.open().await;
    let mut old = file.connect().await;
    MIGRATIONS.run_to(WITHOUT_POSITIONS, &mut old).await.unwrap();
    old.execute(OLD_EVENTS).await.unwrap();
    let content =
        "SELECT json_group_array(json_array(user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
                                                       reason, lock_cause, lock_until))
         FROM (SELECT * FROM user_events ORDER BY user_id, sequence)";
    let before: String = sqlx::query_scalar(content).fetch_one(&mut old).await.unwrap();
    old.close().await.unwrap();
    store.migrate().await.unwrap();

    let mut new = file.connect().await;
    let after: String = sqlx::query_scalar(content).fetch_one(&mut new).await.unwrap();
    assert_eq!(after, before);
    let broken_references = new.fetch_all("PRAGMA foreign_key_check").await.unwrap();
    assert_eq!(broken_references.len(), 0);
    let integrity: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut new)
        .await
        .unwrap();
    assert_eq!(integrity, "ok");
    // The newest user acts next: what is new is behind what is old.
    let user = store.find(&fixtures::user_id("a")).await.unwrap().unwrap();
    let unlock = user.unlock(None, Actor::System, fixtures::now()).unwrap();
    store.commit(&unlock, None).await.unwrap();
    let range = EventRange {
        after: Position::START,
        up_to: store.settled().await.unwrap(),
        order: EventOrder::Forward,
        limit: 100,
    };
    let events = store.select(&EventFilter::all(Visibility::Instance), &range).await;
    let events: Vec<_> = events
        .unwrap()
        .into_iter()
        .map(|recorded| {
            let event = recorded.event;
            let user_id = event.user_id().unwrap().to_string();
            (recorded.position.get(), user_id, event.name())
        })
        .collect();
    let expected = [
        ("b", UserEventName::Created),
        ("a", UserEventName::Created),
        ("a", UserEventName::Locked),
        ("b", UserEventName::Locked),
        ("b", UserEventName::Unlocked),
        ("a", UserEventName::Unlocked),
    ];
    let expected: Vec<_> = (1..)
        .zip(expected)
        .map(|(position, (id, name))| (position, id.to_owned(), EventName::User(name)))
        .collect();
    assert_eq!(events, expected);
}
