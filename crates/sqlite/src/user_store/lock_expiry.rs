use sqlx::{SqliteConnection, SqliteExecutor};
use unlockd_application::ports::{BoxError, CommitError, StoreError};
use unlockd_domain::Timestamp;

use super::user_row::select_users_with_expired_lock;
use super::write_change;
use crate::SqliteStore;
use crate::error::store_error;

impl SqliteStore {
    /// Writes down locks that have expired. Nobody waits long: the file is written by one at a time in any case, and only
    /// asked for when there is something to write.
    pub(super) async fn write_expired_locks(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        if !has_expired_lock(self.readers(), now).await? {
            return Ok(0);
        }
        let mut transaction = self.begin_writing().await?;
        let lifted = lift_locks(&mut transaction, now, limit).await?;
        transaction.commit().await.map_err(store_error)?;
        Ok(lifted)
    }
}

async fn has_expired_lock(executor: impl SqliteExecutor<'_>, now: Timestamp) -> Result<bool, StoreError> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM users WHERE lock_until <= ?) AS "exists!: bool""#,
        now.unix_microseconds(),
    )
    .fetch_one(executor)
    .await
    .map_err(store_error)
}

async fn lift_locks(connection: &mut SqliteConnection, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let mut lifted = 0;
    for user in select_users_with_expired_lock(connection, now, limit).await? {
        if let Some(change) = user.lift_expired_lock(now) {
            write_change(connection, &change, None).await.map_err(unexpected)?;
            lifted += 1;
        }
    }
    Ok(lifted)
}

/// Whoever writes has the file for itself since it read the users, and the end of a lock takes nobody out of service.
fn unexpected(error: CommitError) -> StoreError {
    match error {
        CommitError::Store(error) => error,
        refusal @ (CommitError::Conflict
        | CommitError::LastInstanceOwner
        | CommitError::UsernameTaken { .. }
        | CommitError::IdempotencyKeyTaken) => StoreError::Internal(BoxError::from(refusal)),
    }
}
