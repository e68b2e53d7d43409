//! How every operation runs: on a connection that works, within its time, and again when the database asks for that.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, Postgres};
use tokio::time::timeout_at;
use unlockd_application::ports::StoreError;

use crate::connections::{Connections, Source};
use crate::error::{is_broken_connection, is_serialization_conflict, store_error};
use crate::single_connection::SingleConnection;

/// How often an operation that lost against parallel ones is tried at most.
const MAX_ATTEMPTS: u32 = 20;

/// A connection that was in use this recently is trusted to be alive; any other is asked before it is used.
const TRUSTED_IDLE_TIME: Duration = Duration::from_millis(100);

/// The last time a connection was found broken. The others of that age are not trusted either, until each was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Suspicion(Arc<Mutex<Option<Instant>>>);

impl Suspicion {
    /// Whether to ask a connection that was idle for so long whether it is alive before it is used.
    pub(crate) fn concerns(&self, idle_for: Duration) -> bool {
        let arisen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle_for >= TRUSTED_IDLE_TIME || arisen.is_some_and(|arisen| arisen.elapsed() <= idle_for)
    }

    /// A connection was found broken.
    pub(crate) fn arise(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

/// What an operation does: it may borrow what lives for `'env`, and its connection.
pub(crate) type Work<'connection, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'connection>>;

/// The connection of one attempt. Its type says that what the operation borrows outlives the attempt.
pub(crate) struct Attempt<'connection, 'env> {
    /// Where the work happens.
    pub(crate) connection: &'connection mut PgConnection,
    borrows: PhantomData<&'connection &'env ()>,
}

/// A connection on loan.
enum Lease {
    /// From a pool, which gets it back in any case.
    Pooled(PooledLease),
    /// From where there is one. It is closed unless it is given back.
    Single(PgConnection, SingleConnection),
}

/// A connection that is let go in the middle of a conversation is closed instead of being handed on.
struct PooledLease {
    connection: PoolConnection<Postgres>,
    finished: bool,
}

impl Lease {
    async fn of(source: &Source) -> Result<Self, sqlx::Error> {
        Ok(match source {
            Source::Pool(pool) => Self::Pooled(PooledLease {
                connection: pool.acquire().await?,
                finished: false,
            }),
            Source::Single(owner) => Self::Single(owner.take().await?, owner.clone()),
        })
    }

    fn connection(&mut self) -> &mut PgConnection {
        match self {
            Self::Pooled(lease) => &mut lease.connection,
            Self::Single(connection, _) => connection,
        }
    }

    /// Hands on a connection that works.
    fn finish(self) {
        match self {
            Self::Pooled(mut lease) => lease.finished = true,
            Self::Single(connection, owner) => owner.put_back(connection),
        }
    }
}

impl Drop for PooledLease {
    fn drop(&mut self) {
        if !self.finished {
            self.connection.close_on_drop();
        }
    }
}

impl Connections {
    /// Runs an operation that changes nothing: it is tried once more when its connection turns out to be broken.
    pub(crate) async fn read<'env, T>(
        &self,
        operation: impl for<'connection> Fn(Attempt<'connection, 'env>) -> Work<'connection, T> + Sync,
    ) -> Result<T, StoreError> {
        self.run(true, operation).await
    }

    /// Runs an operation that may change something. It is not repeated when its connection breaks: it may have happened.
    pub(crate) async fn write<'env, T>(
        &self,
        operation: impl for<'connection> Fn(Attempt<'connection, 'env>) -> Work<'connection, T> + Sync,
    ) -> Result<T, StoreError> {
        self.run(false, operation).await
    }

    async fn run<'env, T>(
        &self,
        mut survives_a_break: bool,
        operation: impl for<'connection> Fn(Attempt<'connection, 'env>) -> Work<'connection, T> + Sync,
    ) -> Result<T, StoreError> {
        let deadline = tokio::time::Instant::now() + self.operation_timeout;
        let mut attempt = 1;
        loop {
            // On the heap: the driver's part takes kilobytes, which would be copied with every future around it.
            let error = match timeout_at(deadline, Box::pin(self.attempt(&operation))).await {
                Ok(Ok(outcome)) => return Ok(outcome),
                Ok(Err(error)) => error,
                Err(elapsed) => return Err(StoreError::Unavailable(elapsed.into())),
            };
            if is_broken_connection(&error) {
                self.suspicion.arise();
                if !survives_a_break {
                    return Err(store_error(error));
                }
                survives_a_break = false;
            } else if !is_serialization_conflict(&error) || attempt == MAX_ATTEMPTS {
                return Err(store_error(error));
            }
            attempt += 1;
        }
    }

    async fn attempt<'env, T>(
        &self,
        operation: &(impl for<'connection> Fn(Attempt<'connection, 'env>) -> Work<'connection, T> + Sync),
    ) -> Result<T, sqlx::Error> {
        let mut lease = Lease::of(&self.source).await?;
        let outcome = operation(Attempt {
            connection: lease.connection(),
            borrows: PhantomData,
        })
        .await;
        if outcome.as_ref().err().is_none_or(|error| !is_broken_connection(error)) {
            lease.finish();
        }
        outcome
    }
}
