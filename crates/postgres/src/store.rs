use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use thiserror::Error;
use tokio::time::timeout;
use unlockd_application::ports::{BoxError, StoreError};

use crate::error::store_error;
use crate::operation::Suspicion;
use crate::options::PostgresOptions;
use crate::settlement::Settled;

/// All store ports on one PostgreSQL database. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pub(crate) pool: PgPool,
    pub(crate) operation_timeout: Duration,
    pub(crate) suspicion: Suspicion,
    pub(crate) settled: Settled,
}

/// Why a database could not be opened.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The URL cannot be read.
    #[error("the PostgreSQL URL is not valid")]
    InvalidUrl(#[source] BoxError),
    /// The server did not let us in.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PostgresStore {
    /// Opens a database and makes sure that it answers. The schema is [`PostgresStore::migrate`]'s to make.
    ///
    /// # Errors
    /// [`ConnectError`] when the URL is not one, or the server does not let us in within half of the operation timeout.
    pub async fn connect(options: PostgresOptions) -> Result<Self, ConnectError> {
        let mut connect_options: PgConnectOptions = options
            .url
            .parse()
            .map_err(|error: sqlx::Error| ConnectError::InvalidUrl(error.into()))?;
        if connect_options.get_application_name().is_none() {
            connect_options = connect_options.application_name("unlockd");
        }
        // The pool would go on trying, and in the end only say that it ran out of time.
        let first = timeout(options.operation_timeout / 2, connect_options.connect()).await;
        let first = first.map_err(|elapsed| StoreError::Unavailable(elapsed.into()))?;
        drop(first.map_err(store_error)?);
        let suspicion = Suspicion::default();
        let (operation_timeout, doubts) = (options.operation_timeout, suspicion.clone());
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            // Leaves time for the work itself, or for a second connection where the first turns out to be broken.
            .acquire_timeout(operation_timeout / 2)
            .test_before_acquire(false)
            .before_acquire(move |connection, metadata| {
                let doubtful = doubts.concerns(&metadata);
                Box::pin(async move {
                    if doubtful {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| {
                Box::pin(async move { limit_statements(connection, operation_timeout).await })
            })
            .connect_with(connect_options)
            .await
            .map_err(store_error)?;
        Ok(Self {
            pool,
            operation_timeout,
            suspicion,
            settled: Settled::default(),
        })
    }

    /// Ends all connections, once what they are doing is done. Operations fail from now on.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Lets the server give up what we no longer wait for: a process that is cut off in the middle of a transaction must not
/// keep rows locked for hours.
async fn limit_statements(connection: &mut PgConnection, limit: Duration) -> Result<(), sqlx::Error> {
    let milliseconds = limit.as_millis().to_string();
    sqlx::query!(
        "SELECT set_config('statement_timeout', $1, false) AS statement_timeout,
                set_config('idle_in_transaction_session_timeout', $1, false) AS idle_timeout",
        milliseconds,
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}
