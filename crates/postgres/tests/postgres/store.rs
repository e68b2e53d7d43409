//! Stores on a database of their own.

use std::sync::Arc;
use std::time::Duration;

use unlockd_postgres::{PostgresOptions, PostgresStore};
use unlockd_testkit::Stores;
use unlockd_testkit::postgres::TestDatabase;

/// Connects to a URL as a process would, with little patience.
pub(crate) async fn connect(url: String) -> PostgresStore {
    let options = PostgresOptions {
        operation_timeout: Duration::from_secs(3),
        max_connections: 10,
        ..PostgresOptions::new(url)
    };
    PostgresStore::connect(options).await.expect("the server answers")
}

/// A migrated store.
pub(crate) async fn migrated(database: &TestDatabase) -> PostgresStore {
    let store = connect(database.url()).await;
    store.migrate().await.expect("the migrations apply");
    store
}

/// The store by its ports.
pub(crate) fn ports(store: &PostgresStore) -> Stores {
    let store = Arc::new(store.clone());
    Stores {
        users: store.clone(),
        organizations: store.clone(),
        grants: store.clone(),
        access_tokens: store.clone(),
        instance: store,
    }
}
