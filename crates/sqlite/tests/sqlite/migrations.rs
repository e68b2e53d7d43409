use sqlx::Executor;
use unlockd_application::ports::InstanceStore;
use unlockd_sqlite::MigrateError;

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
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (99991231000001, 'from the future', TRUE, x'00', 0)";
    file.connect().await.execute(newer).await.unwrap();
    let refusal = file.open().await.migrate().await;
    assert!(
        matches!(
            refusal,
            Err(MigrateError::NewerDatabase {
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
    let changed = "UPDATE _sqlx_migrations SET checksum = x'00'";
    file.connect().await.execute(changed).await.unwrap();
    let refusal = file.open().await.migrate().await;
    assert!(matches!(refusal, Err(MigrateError::Failed(_))), "{refusal:?}");
}
