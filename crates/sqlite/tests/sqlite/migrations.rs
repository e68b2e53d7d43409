use sqlx::Executor;
use unlockd_application::ports::InstanceStore;
use unlockd_sqlite::MigrationError;

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
async fn checking_the_schema_tells_older_and_newer_databases_and_changes_nothing() {
    let file = DatabaseFile::new();
    let store = file.open().await;
    for _ in 0..2 {
        let refusal = store.check_schema().await;
        assert!(
            matches!(refusal, Err(MigrationError::DatabaseIsOlder { .. })),
            "{refusal:?}"
        );
    }
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();
    let mut connection = file.connect().await;
    let newer = "INSERT INTO _unlockd_migrations (version, description, success, checksum, execution_time)
                 VALUES (99991231000001, 'from the future', TRUE, x'00', 0)";
    connection.execute(newer).await.unwrap();
    let refusal = store.check_schema().await;
    assert!(
        matches!(refusal, Err(MigrationError::DatabaseIsNewer { .. })),
        "{refusal:?}"
    );
    connection.execute("DELETE FROM _unlockd_migrations").await.unwrap();
    let refusal = store.check_schema().await;
    assert!(
        matches!(refusal, Err(MigrationError::DatabaseIsOlder { .. })),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_migration_that_was_changed_afterwards_is_refused() {
    let file = DatabaseFile::new();
    file.open_migrated().await.close().await;
    let changed = "UPDATE _unlockd_migrations SET checksum = x'00'";
    file.connect().await.execute(changed).await.unwrap();
    let store = file.open().await;
    for refusal in [store.migrate().await, store.check_schema().await] {
        assert!(matches!(refusal, Err(MigrationError::Failed(_))), "{refusal:?}");
    }
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
