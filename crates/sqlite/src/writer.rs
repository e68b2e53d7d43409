use sqlx::{Sqlite, SqlitePool, Transaction};
use unlockd_application::ports::StoreError;

use crate::error::store_error;

/// What writes: one connection, because SQLite writes one transaction at a time, and waiting here is fairer than waiting for a
/// lock. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Writer(SqlitePool);

impl Writer {
    pub(crate) fn new(connection: SqlitePool) -> Self {
        Self(connection)
    }

    /// A transaction that has the write lock from its beginning: what it reads stays true until its end.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.0.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)
    }

    /// Ends the connection, once what it is doing is done.
    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}
