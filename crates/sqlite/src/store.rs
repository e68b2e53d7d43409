use std::path;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool, Transaction};
use thiserror::Error;
use tokio::time::{sleep, timeout};
use unlockd_application::ports::{BoxError, StoreError};
use unlockd_batching::{Batches, Limits};

use crate::error::{is_busy, store_error};
use crate::file::{FileError, create_if_absent};
use crate::options::SqliteOptions;
use crate::user_store::{Commits, Lookups, ProfileLookup, UserLookup};
use crate::writer::Writer;

/// All stores of unlockd, in one SQLite file. Clones share the connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pub(crate) writer: Writer,
    readers: SqlitePool,
    pub(crate) commits: Batches<Commits>,
    pub(crate) users: Batches<Lookups<UserLookup>>,
    pub(crate) profiles: Batches<Lookups<ProfileLookup>>,
    operation_timeout: Duration,
}

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub enum OpenError {
    /// It is absent and cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not a database, or the account of the process may not read and write it.
    #[error("the file cannot be opened as an SQLite database")]
    Database(#[source] BoxError),
}

impl SqliteStore {
    /// Opens the file, which is made if it is absent. Nothing in it is changed, so [`SqliteStore::migrate`] comes next.
    ///
    /// # Errors
    /// [`OpenError`] when the file is no database or cannot be made, read or written.
    pub async fn open(options: SqliteOptions) -> Result<Self, OpenError> {
        Self::open_limited(options, LIMITS).await
    }

    /// The same with other limits of batches and of the queue in front of them.
    pub(crate) async fn open_limited(options: SqliteOptions, limits: Limits) -> Result<Self, OpenError> {
        let SqliteOptions {
            path,
            operation_timeout,
            readers,
        } = options;
        // An absolute path is never taken for one of SQLite's special names, such as `:memory:`.
        let path = path::absolute(&path).unwrap_or(path);
        create_if_absent(&path)?;
        let connection = SqliteConnectOptions::new()
            .filename(&path)
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(operation_timeout)
            // What is erased is overwritten, not only given up.
            .pragma("secure_delete", "ON");
        let reading = connection.clone().read_only(true);
        let writing = connection
            // How pages were before a statement of many rows goes to a file otherwise: as much as goes to the log.
            .pragma("temp_store", "MEMORY")
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES);
        let failed = |error| OpenError::Database(Box::new(error));
        timeout(operation_timeout, use_write_ahead_log(&writing))
            .await
            .map_err(|elapsed| OpenError::Database(elapsed.into()))?
            .map_err(failed)?;
        let writer = pool(1, operation_timeout).connect_with(writing).await.map_err(failed)?;
        let readers = pool(readers, operation_timeout)
            .connect_with(reading)
            .await
            .map_err(failed)?;
        let writer = Writer::new(writer);
        Ok(Self {
            commits: Batches::new(Commits::new(writer.clone(), operation_timeout), limits),
            users: Batches::new(Lookups::new(readers.clone(), operation_timeout), LOOKUP_LIMITS),
            profiles: Batches::new(Lookups::new(readers.clone(), operation_timeout), LOOKUP_LIMITS),
            writer,
            readers,
            operation_timeout,
        })
    }

    /// Ends all connections, once what they are doing is done.
    pub async fn close(&self) {
        // The last connection puts the log into the database file, for which it must be able to write.
        self.readers.close().await;
        self.writer.close().await;
    }

    /// The operation's answer, if it comes in time. Otherwise it is dropped; a transaction of it is rolled back, except for a batch
    /// that has begun, which comes to its end.
    pub(crate) async fn in_time<T, E: From<StoreError>>(
        &self,
        operation: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        timeout(self.operation_timeout, operation)
            .await
            .unwrap_or_else(|elapsed| Err(StoreError::Unavailable(elapsed.into()).into()))
    }

    /// [`Writer::begin`].
    pub(crate) async fn begin_writing(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.writer.begin().await
    }

    /// A transaction whose statements all read the same moment.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.readers.begin().await.map_err(store_error)
    }

    /// The connections that read; single statements need no transaction.
    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }
}

/// After how many pages the log is put into the database file: 16 MiB. A batch of changes to users all over the file writes
/// some hundred pages, and pages that are written several times in between are put into the file once.
const CHECKPOINT_PAGES: &str = "4000";

/// Batches are so large that the flush hardly counts any more, and so small that nobody waits long.
pub(crate) const LIMITS: Limits = Limits {
    batch_items: 128,
    batch_bytes: 1 << 20,
    queue_items: 4096,
    queue_bytes: 16 << 20,
    key_items: 16,
};

/// Profiles have up to 36 KiB each, so a batch of them has 5 MiB at most.
const LOOKUP_LIMITS: Limits = LIMITS;

fn pool(connections: u32, operation_timeout: Duration) -> PoolOptions<Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(operation_timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_release(|connection: &mut SqliteConnection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // Dropped within a transaction: its rollback is on its way, before the ping.
                    connection.ping().await?;
                }
                // A connection that is still in one, for want of a rollback that works, is closed.
                Ok(!connection.is_in_transaction())
            })
        })
}

/// Turns the write-ahead log on, which the file remembers. This needs the file for itself for a moment, and SQLite does
/// not wait for that (<https://www.sqlite.org/pragma.html#pragma_journal_mode>): several processes may start on a new file.
async fn use_write_ahead_log(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    const PAUSE: Duration = Duration::from_millis(10);
    let options = options.clone().journal_mode(SqliteJournalMode::Wal);
    loop {
        match options.connect().await {
            Ok(connection) => return connection.close().await,
            Err(error) if is_busy(&error) => sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}
