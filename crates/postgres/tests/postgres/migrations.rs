use std::fs;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use unlockd_application::ports::UserStore;
use unlockd_domain::{UnlockCause, User};
use unlockd_postgres::MigrationError;
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::store::{connect, migrated, ports};

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let organization = fixtures::organization("acme");
    ports(&store).organizations.create(&organization).await.unwrap();

    store.migrate().await.unwrap();

    assert_eq!(ports(&store).organizations.list().await.unwrap(), [organization]);
}

#[tokio::test]
async fn processes_that_migrate_at_the_same_time_all_succeed() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let (one, other) = (connect(database.url()).await, connect(database.url()).await);

    let (first, second) = tokio::join!(one.migrate(), other.migrate());

    first.unwrap();
    second.unwrap();
    assert!(ports(&other).instance.is_empty().await.unwrap());
}

#[tokio::test]
async fn a_database_newer_than_the_program_is_refused_and_left_alone() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = migrated(&database).await;
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    connection
        .execute("INSERT INTO _unlockd_migrations VALUES (99991231000001, 'be new', now(), true, ''::bytea, 1)")
        .await
        .unwrap();

    let refusal = store.migrate().await.unwrap_err();

    assert!(
        matches!(
            refusal,
            MigrationError::DatabaseIsNewer {
                version: 99_991_231_000_001
            }
        ),
        "{refusal:?}"
    );
    // The migration lock was given back: another program may look.
    store.migrate().await.unwrap_err();
}

#[tokio::test]
async fn migrations_of_a_program_that_shares_the_database_are_its_own() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let theirs = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY); INSERT INTO _sqlx_migrations VALUES (1)";
    connection.execute(theirs).await.unwrap();

    migrated(&database).await;

    let kept = connection.fetch_all("SELECT version FROM _sqlx_migrations").await;
    assert_eq!(kept.unwrap().len(), 1);
}

/// The migrations by their names, in their order.
fn migration_files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn events_of_older_versions_are_numbered_as_they_happened() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let older = "INSERT INTO organizations VALUES ('o', 'o', now());
        INSERT INTO users (id, organization_id, state, sequence, created_at, changed_at)
        VALUES ('a', 'o', 'active', 2, now(), now()), ('b', 'o', 'active', 2, now(), now());
        INSERT INTO user_events (user_id, sequence, kind, organization_id, occurred_at)
        VALUES ('b', 2, 'user.unlocked', 'o', '2024-01-03'), ('a', 2, 'user.unlocked', 'o', '2024-01-02'),
               ('a', 1, 'user.created', 'o', '2024-01-02'), ('b', 1, 'user.created', 'o', '2024-01-01')";
    for (name, sql) in migration_files() {
        if name.ends_with("_add_positions_to_user_events.sql") {
            connection.execute(older).await.unwrap();
        }
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let newer = "INSERT INTO user_events (user_id, sequence, kind, organization_id, occurred_at)
                 VALUES ('a', 3, 'user.updated', 'o', '2024-01-01')";
    connection.execute(newer).await.unwrap();

    let events = sqlx::query_as::<_, (i64, String, i64)>(
        "SELECT position, user_id, sequence FROM user_events ORDER BY position",
    );
    let events = events.fetch_all(&mut connection).await.unwrap();
    let expected = [(1, "b", 1), (2, "a", 1), (3, "a", 2), (4, "b", 2), (5, "a", 3)];
    assert_eq!(
        events,
        expected.map(|(position, id, sequence)| (position, id.to_owned(), sequence))
    );
}

/// As versions before sign-in have written them.
const LOCKED_AND_UNLOCKED: &str = "
    INSERT INTO organizations VALUES ('o', 'o', now());
    INSERT INTO users (id, organization_id, state, sequence, failed_password_attempts, lock_since, lock_cause, created_at,
                       changed_at)
    VALUES ('active', 'o', 'active', 4, 0, NULL, NULL, '2024-01-02', '2024-01-05'),
           ('locked', 'o', 'locked', 4, 0, '2024-01-05', 'operator', '2024-01-02', '2024-01-05'),
           ('new', 'o', 'active', 1, 0, NULL, NULL, '2024-01-02', '2024-01-02'),
           ('deleted', 'o', 'deleted', 4, 0, NULL, NULL, '2024-01-02', '2024-01-05');
    INSERT INTO user_events (user_id, sequence, kind, organization_id, occurred_at, lock_cause)
    SELECT id, n, ('{user.created,user.locked,user.unlocked}'::text[])[n], 'o', timestamptz '2024-01-01' + n * interval '1 day',
           CASE n WHEN 2 THEN 'operator' END
    FROM users, generate_series(1, 3) AS n WHERE n <= sequence;
    INSERT INTO user_events (user_id, sequence, kind, organization_id, occurred_at, lock_cause)
    VALUES ('active', 4, 'user.password.changed', 'o', '2024-01-05', NULL),
           ('locked', 4, 'user.locked', 'o', '2024-01-05', 'operator'),
           ('deleted', 4, 'user.deleted', 'o', '2024-01-05', NULL)";

#[tokio::test]
async fn users_of_older_versions_are_what_their_history_says_and_were_unlocked_by_operators() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    for (name, sql) in migration_files() {
        if name.ends_with("_add_lockout_to_users.sql") {
            connection.execute(LOCKED_AND_UNLOCKED).await.unwrap();
        }
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let store = connect(database.url()).await;

    for (id, is_unlocked) in [("active", true), ("locked", true), ("new", false), ("deleted", true)] {
        let user = store.find(&fixtures::user_id(id)).await.unwrap().unwrap();
        let history = store.history(user.id()).await.unwrap();
        assert_eq!(User::replay(&history), Ok(user));
        let causes: Vec<_> = history.iter().filter_map(|event| event.kind.unlock_cause()).collect();
        assert_eq!(causes, vec![UnlockCause::Operator; usize::from(is_unlocked)]);
    }
}
