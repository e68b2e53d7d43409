//! Up to which position the history is settled: nothing is missing there, and nothing will come any more.
//!
//! Writers take their positions from a sequence and commit in whatever order; a gap may be an event that is still being
//! written, or one that was given up. No writer tells anybody, and none waits for a reader. What a reader goes by is how
//! PostgreSQL locks:
//!
//! - Whoever writes events holds `RowExclusiveLock` on the table, got before the statement begins, until the transaction has
//!   ended.
//! - Whoever has taken a position holds `RowExclusiveLock` on the sequence, got before the position is taken, until the
//!   transaction has ended.
//! - Locks are let go after everybody can see what was committed, or that it was given up.
//! - The sequence keeps nothing in stock (`CACHE 1`), so positions are taken in their order.
//!
//! A reader looks for the last position that can be seen, and then for the transactions that hold both locks. The position
//! was committed, so it had been taken, and each lower one before it. Whoever took a lower one holds both locks since then,
//! or has ended; the look at the locks is a later one, so it finds them all, with a few who write behind the position. Once
//! none of exactly these is left, all that will ever be at or before the position can be seen by every later read. What was
//! answered before the call was seen by the first look.
//!
//! A position that nobody can see is never an answer. One that was given up may be given out again after a crash of the
//! server, since the sequence is restored only as far as the disk knows of it; one that was committed may not.
//!
//! Both locks are asked for because each has other holders. Who waits for a user's row holds that of the table, and has no
//! position yet. Who looks at `pg_sequences` holds that of the sequence, in a long report for hours, and takes none.
//!
//! What the sequence itself says is of no use: while it writes ahead of itself to the log, a plain read of it may see numbers
//! that nobody has taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::Error;
use sqlx::postgres::PgConnection;
use tokio::time::{sleep, timeout};
use unlockd_application::ports::StoreError;
use unlockd_domain::Position;

use crate::error::{corrupt, store_error};
use crate::store::PostgresStore;

/// The first pause between two looks at the writers; each is twice as long as the one before.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The position that was found settled last. It will always be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settled(Arc<AtomicI64>);

impl PostgresStore {
    /// Waits until the last position that can be seen now is settled. No connection is held while nothing is asked.
    pub(crate) async fn settle(&self) -> Result<Position, StoreError> {
        timeout(self.operation_timeout(), self.settle_in_the_end())
            .await
            .map_err(|elapsed| StoreError::Unavailable(elapsed.into()))?
    }

    async fn settle_in_the_end(&self) -> Result<Position, StoreError> {
        let position = self.read(|attempt| Box::pin(last_position(attempt.connection))).await?;
        if position != self.settled.0.load(Ordering::Relaxed) {
            self.writers_have_ended().await?;
            self.settled.0.store(position, Ordering::Relaxed);
        }
        Position::try_from(position).map_err(|error| store_error(corrupt(error)))
    }

    /// Returns when all who write now have ended; those who begin meanwhile are not waited for.
    async fn writers_have_ended(&self) -> Result<(), StoreError> {
        let mut left = self.writers().await?;
        let mut pause = SHORTEST_PAUSE;
        while !left.is_empty() {
            sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
            let writers = self.writers().await?;
            left.retain(|transaction| writers.contains(transaction));
        }
        Ok(())
    }

    async fn writers(&self) -> Result<Vec<String>, StoreError> {
        self.read(|attempt| Box::pin(writers(attempt.connection))).await
    }
}

/// The last position that can be seen; 0 without any.
async fn last_position(connection: &mut PgConnection) -> Result<i64, Error> {
    sqlx::query_scalar!(r#"SELECT coalesce(max(position), 0) AS "position!" FROM user_events"#)
        .fetch_one(connection)
        .await
}

/// The transactions that may have taken a position and not ended.
async fn writers(connection: &mut PgConnection) -> Result<Vec<String>, Error> {
    sqlx::query_scalar!(
        r#"SELECT virtualtransaction AS "virtual_transaction!" FROM pg_locks
           WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND relation IN ('user_events'::regclass, 'user_events_position_seq'::regclass)
           GROUP BY virtualtransaction
           HAVING count(DISTINCT relation) = 2"#,
    )
    .fetch_all(connection)
    .await
}
