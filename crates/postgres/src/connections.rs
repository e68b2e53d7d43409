//! The connections to a database, and how they are opened.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};

use crate::operation::Suspicion;
use crate::single_connection::SingleConnection;

/// Connections that are used alike. Cheap to clone; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pub(crate) source: Source,
    /// How long an operation may take in all.
    pub(crate) operation_timeout: Duration,
    pub(crate) suspicion: Suspicion,
}

/// Where connections come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Several operations at a time have one each.
    Pool(PgPool),
    /// One operation at a time has always the same.
    Single(SingleConnection),
}

/// How connections are opened.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionsOptions {
    pub(crate) connect: PgConnectOptions,
    /// How long an operation may take in all.
    pub(crate) operation_timeout: Duration,
    /// Shared by all connections to one database: what breaks one of them may have broken the others.
    pub(crate) suspicion: Suspicion,
}

impl Connections {
    /// Up to so many connections, which are opened when they are needed.
    pub(crate) fn pool(options: &ConnectionsOptions, max_connections: u32) -> (Self, PgPool) {
        let (doubts, timeout) = (options.suspicion.clone(), options.operation_timeout);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            // Leaves time for the work itself, or for a second connection where the first turns out to be broken.
            .acquire_timeout(timeout / 2)
            .test_before_acquire(false)
            .before_acquire(move |connection, metadata| {
                let (doubts, doubtful) = (doubts.clone(), doubts.concerns(metadata.idle_for));
                Box::pin(async move {
                    if doubtful && let Err(error) = connection.ping().await {
                        doubts.arise();
                        return Err(error);
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| Box::pin(async move { limit_statements(connection, timeout).await }))
            .connect_lazy_with(options.connect.clone());
        (Self::new(options, Source::Pool(pool.clone())), pool)
    }

    /// One connection, which is opened when it is needed, for statements that are always planned alike.
    pub(crate) fn single(options: &ConnectionsOptions, lock_timeout: Option<Duration>) -> (Self, SingleConnection) {
        let single = SingleConnection::new(options, lock_timeout);
        (Self::new(options, Source::Single(single.clone())), single)
    }

    fn new(options: &ConnectionsOptions, source: Source) -> Self {
        Self {
            source,
            operation_timeout: options.operation_timeout,
            suspicion: options.suspicion.clone(),
        }
    }
}

/// Lets the server give up what we no longer wait for: a process that is cut off in the middle of a transaction must not
/// keep rows locked for hours.
pub(crate) async fn limit_statements(connection: &mut PgConnection, limit: Duration) -> Result<(), sqlx::Error> {
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
