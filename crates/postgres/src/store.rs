use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool};
use thiserror::Error;
use tokio::time::timeout;
use unlockd_application::ports::{BoxError, StoreError};

use crate::batches::UserBatches;
use crate::connections::{Connections, ConnectionsOptions};
use crate::error::store_error;
use crate::operation::{Attempt, Suspicion, Work};
use crate::options::PostgresOptions;
use crate::settlement::Settled;

/// All store ports on one PostgreSQL database. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pub(crate) pool: PgPool,
    connections: Connections,
    pub(crate) batches: UserBatches,
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
        let connections_options = ConnectionsOptions {
            connect: connect_options,
            operation_timeout: options.operation_timeout,
            suspicion: Suspicion::default(),
        };
        let (connections, pool) = Connections::pool(&connections_options, options.max_connections);
        Ok(Self {
            pool,
            connections,
            batches: UserBatches::new(&connections_options),
            settled: Settled::default(),
        })
    }

    /// Ends all connections, once what they are doing is done; a batch that is under way ends its own. Operations fail from now on.
    pub async fn close(&self) {
        self.batches.close().await;
        self.pool.close().await;
    }

    /// [`Connections::read`].
    pub(crate) async fn read<'env, T>(
        &self,
        operation: impl for<'connection> Fn(Attempt<'connection, 'env>) -> Work<'connection, T> + Sync,
    ) -> Result<T, StoreError> {
        self.connections.read(operation).await
    }

    /// [`Connections::write`].
    pub(crate) async fn write<'env, T>(
        &self,
        operation: impl for<'connection> Fn(Attempt<'connection, 'env>) -> Work<'connection, T> + Sync,
    ) -> Result<T, StoreError> {
        self.connections.write(operation).await
    }

    pub(crate) fn operation_timeout(&self) -> Duration {
        self.connections.operation_timeout
    }

    /// The answer of an operation that has several parts, if it comes in time. Otherwise it is dropped.
    pub(crate) async fn in_time<T, E: From<StoreError>>(
        &self,
        operation: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        timeout(self.operation_timeout(), operation)
            .await
            .unwrap_or_else(|elapsed| Err(StoreError::Unavailable(elapsed.into()).into()))
    }
}
