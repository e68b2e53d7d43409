use sqlx::{Connection, Executor, PgConnection};
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
    ports(&store).organizations.create(&organization, None).await.unwrap();

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
async fn checking_the_schema_tells_older_and_newer_databases_and_changes_nothing() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    let store = connect(database.url()).await;
    for _ in 0..2 {
        let refusal = store.check_schema().await.unwrap_err();
        assert!(matches!(refusal, MigrationError::DatabaseIsOlder { .. }), "{refusal:?}");
    }
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    connection
        .execute("INSERT INTO _unlockd_migrations VALUES (99991231000001, 'be new', now(), true, ''::bytea, 1)")
        .await
        .unwrap();
    let refusal = store.check_schema().await.unwrap_err();
    assert!(matches!(refusal, MigrationError::DatabaseIsNewer { .. }), "{refusal:?}");
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
