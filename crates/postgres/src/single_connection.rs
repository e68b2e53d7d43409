use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Error};
use tokio::time::timeout;

use crate::connections::{ConnectionsOptions, limit_statements};
use crate::operation::Suspicion;

/// A connection that is kept by whoever does one thing after the other. A pool asks a connection that it gets back whether it is
/// alive, in a task of its own: that is a round trip more for each statement, and this does without. Clones share it.
#[derive(Clone)]
pub(crate) struct SingleConnection(Arc<Shared>);

struct Shared {
    connect: PgConnectOptions,
    operation_timeout: Duration,
    lock_timeout: Option<Duration>,
    suspicion: Suspicion,
    state: Mutex<State>,
}

/// Whether the connection is here.
enum State {
    /// It is in use, or has not been opened yet, or broke.
    Away,
    /// It is here since then.
    Idle(PgConnection, Instant),
    /// It will not be opened any more.
    Closed,
}

impl SingleConnection {
    /// A connection that is opened when it is needed, and waits for locks for so long, or for as long as it may.
    pub(crate) fn new(options: &ConnectionsOptions, lock_timeout: Option<Duration>) -> Self {
        Self(Arc::new(Shared {
            connect: options.connect.clone(),
            operation_timeout: options.operation_timeout,
            lock_timeout,
            suspicion: options.suspicion.clone(),
            state: Mutex::new(State::Away),
        }))
    }

    /// The connection, or a new one where it is in use or no longer alive.
    pub(crate) async fn take(&self) -> Result<PgConnection, Error> {
        // Leaves time for the work itself.
        timeout(self.0.operation_timeout / 2, self.take_in_the_end())
            .await
            .unwrap_or(Err(Error::PoolTimedOut))
    }

    async fn take_in_the_end(&self) -> Result<PgConnection, Error> {
        if let Some((mut connection, since)) = self.take_idle()? {
            if !self.0.suspicion.concerns(since.elapsed()) || connection.ping().await.is_ok() {
                return Ok(connection);
            }
            self.0.suspicion.arise();
        }
        self.open().await
    }

    fn take_idle(&self) -> Result<Option<(PgConnection, Instant)>, Error> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Away) {
            State::Idle(connection, since) => Ok(Some((connection, since))),
            State::Away => Ok(None),
            State::Closed => {
                *state = State::Closed;
                Err(Error::PoolClosed)
            }
        }
    }

    async fn open(&self) -> Result<PgConnection, Error> {
        let mut connection = self.0.connect.connect().await?;
        limit_statements(&mut connection, self.0.operation_timeout).await?;
        let lock_timeout = self.0.lock_timeout.map(|limit| limit.as_millis().to_string());
        // A plan for these very values would be made for every batch, and be the same.
        sqlx::query!(
            "SELECT set_config('plan_cache_mode', 'force_generic_plan', false) AS plan_cache_mode,
                    set_config('lock_timeout', coalesce($1, current_setting('lock_timeout')), false) AS lock_timeout",
            lock_timeout,
        )
        .fetch_one(&mut connection)
        .await?;
        Ok(connection)
    }

    /// Takes back a connection that works.
    pub(crate) fn put_back(&self, connection: PgConnection) {
        let mut state = self.state();
        if !matches!(*state, State::Closed) {
            *state = State::Idle(connection, Instant::now());
        }
    }

    /// Ends the connection, or lets whoever has it end it.
    pub(crate) async fn close(&self) {
        let state = std::mem::replace(&mut *self.state(), State::Closed);
        if let State::Idle(connection, _) = state
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "a connection ended badly");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SingleConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleConnection").finish_non_exhaustive()
    }
}
