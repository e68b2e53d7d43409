//! Locks whose time is over are written down.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error};
use unlockd_domain::{Timestamp, User};

use crate::instance_owners::BEGIN;
use crate::user_commit::Commit;
use crate::user_row::UserRow;
use crate::user_writing::{self, Owners};

/// Writes down the end of locks that have expired at this moment, at most so many; answers how many.
///
/// Users whose rows others hold are passed over. What was passed over is written by those who hold it, or found the next time.
/// So this waits for nobody, and nobody can wait for it in a circle.
pub(crate) async fn lift(connection: &mut PgConnection, now: Timestamp, limit: u32) -> Result<u32, Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    let rows = sqlx::query_as!(
        UserRow,
        "SELECT id, organization_id, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, created_at,
                changed_at
         FROM users WHERE lock_until <= $1
         ORDER BY lock_until LIMIT $2
         FOR NO KEY UPDATE SKIP LOCKED",
        now.date_time(),
        i64::from(limit),
    )
    .fetch_all(&mut *transaction)
    .await?;
    let mut lifted = 0;
    for row in rows {
        let user = User::try_from(row)?;
        let Some(change) = user.lift_expired_lock(now) else {
            continue;
        };
        let commit = Commit {
            change: &change,
            expected: user.sequence(),
            request: None,
        };
        let is_written = user_writing::change(&mut transaction, commit, Owners::Included).await?;
        lifted += u32::from(is_written);
    }
    transaction.commit().await?;
    Ok(lifted)
}
