//! Stores on a database of their own.

use std::time::Duration;

use unlockd_application::ports::{CreateOrganizationError, OrganizationStore, UserStore};
use unlockd_domain::User;
use unlockd_postgres::{PostgresOptions, PostgresStore};
use unlockd_testkit::postgres::TestDatabase;
use unlockd_testkit::{Stores, fixtures};

/// Connects to a URL as a process would, with little patience.
pub(crate) async fn connect(url: String) -> PostgresStore {
    let mut options = PostgresOptions::new(url);
    options.operation_timeout = Duration::from_secs(3);
    options.max_connections = 10;
    PostgresStore::connect(options).await.expect("the server answers")
}

/// A migrated store.
pub(crate) async fn migrated(database: &TestDatabase) -> PostgresStore {
    let store = connect(database.url()).await;
    store.migrate().await.expect("the migrations apply");
    store
}

/// A new, active user of the organization `acme`, which is made if it is absent.
pub(crate) async fn with_user(store: &PostgresStore, id: &str) -> User {
    let acme = fixtures::organization("acme");
    match OrganizationStore::create(store, &acme, None).await {
        Ok(()) | Err(CreateOrganizationError::IdTaken) => {}
        Err(CreateOrganizationError::Store(error)) => panic!("{error:?}"),
    }
    let new = fixtures::new_user(id, "acme");
    UserStore::create(store, &new).await.expect("the user is written");
    new.change.user().clone()
}

/// The store by its ports.
pub(crate) fn ports(store: &PostgresStore) -> Stores {
    Stores::of(store.clone())
}
