use sqlx::{Connection, PgConnection};
use unlockd_application::ports::InstanceStore;
use unlockd_testkit::postgres::TestDatabase;

use crate::store::{connect, migrated};

async fn connections_called(name: &str, database: &TestDatabase) -> Option<i64> {
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
    )
    .bind(name)
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn connections_are_called_as_the_url_says_or_else_by_the_name_of_the_program() {
    let Some(database) = TestDatabase::create().await else {
        return;
    };
    migrated(&database).await.close().await;
    let mut url = database.url();
    let unnamed = connect(url.clone()).await;
    url.push(if url.contains('?') { '&' } else { '?' });
    let named = connect(url + "application_name=helpdesk").await;
    for store in [&unnamed, &named] {
        store.ping().await.unwrap();
    }

    assert_eq!(connections_called("unlockd", &database).await, Some(1));
    assert_eq!(connections_called("helpdesk", &database).await, Some(1));
}
