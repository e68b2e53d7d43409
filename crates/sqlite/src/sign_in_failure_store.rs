use async_trait::async_trait;
use sqlx::{SqliteConnection, SqliteExecutor};
use tracing::instrument;
use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, SignInFailureStore, StoreError};
use unlockd_domain::{Source, Timestamp};

use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::timestamp_list::{parse_timestamp_list, timestamp_list_text};

#[async_trait]
impl SignInFailureStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.count", skip_all)]
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError> {
        self.in_time(async {
            // Whoever goes on guessing does not even ask for the file to be written.
            let counting = counting_failures(self.readers(), attempt).await?;
            if is_exhausted(&counting, attempt) {
                return Ok(Count::Exhausted(counting));
            }
            let mut transaction = self.begin_writing().await?;
            let mut counting = counting_failures(&mut *transaction, attempt).await?;
            if is_exhausted(&counting, attempt) {
                return Ok(Count::Exhausted(counting));
            }
            counting.push(attempt.at);
            write_failures(&mut transaction, &attempt.origin, &counting, attempt.kept_until).await?;
            transaction.commit().await.map_err(store_error)?;
            Ok(Count::Counted)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.take_back", skip_all)]
    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            let mut failures = select_failures(&mut *transaction, origin).await?;
            let Some(place) = failures.iter().position(|failure| *failure == at) else {
                return Ok(());
            };
            failures.remove(place);
            if failures.is_empty() {
                delete_failures(&mut transaction, origin).await?;
            } else {
                update_failures(&mut transaction, origin, &failures).await?;
            }
            transaction.commit().await.map_err(store_error)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.forget", skip_all)]
    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            delete_failures(&mut transaction, origin).await?;
            transaction.commit().await.map_err(store_error)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.prune", skip_all)]
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            let result = sqlx::query!(
                "DELETE FROM sign_in_failures WHERE (identity_digest, source) IN (
                     SELECT identity_digest, source FROM sign_in_failures WHERE kept_until <= ? ORDER BY kept_until LIMIT ?
                 )",
                now.unix_microseconds(),
                limit,
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            transaction.commit().await.map_err(store_error)?;
            u32::try_from(result.rows_affected()).map_err(corrupt)
        })
        .await
    }
}

/// The failures that count when the attempt is made, the oldest first.
async fn counting_failures(
    executor: impl SqliteExecutor<'_>,
    attempt: &CountedAttempt,
) -> Result<Vec<Timestamp>, StoreError> {
    let mut failures = select_failures(executor, &attempt.origin).await?;
    failures.retain(|failure| *failure > attempt.counting_since);
    failures.sort_unstable();
    Ok(failures)
}

fn is_exhausted(counting: &[Timestamp], attempt: &CountedAttempt) -> bool {
    u32::try_from(counting.len()).map_or(true, |counting| counting >= attempt.limit)
}

async fn select_failures(
    executor: impl SqliteExecutor<'_>,
    origin: &AttemptOrigin,
) -> Result<Vec<Timestamp>, StoreError> {
    let text = sqlx::query_scalar!(
        "SELECT failures FROM sign_in_failures WHERE identity_digest = ? AND source = ?",
        origin.identity.0.as_slice(),
        source_text(origin),
    )
    .fetch_optional(executor)
    .await
    .map_err(store_error)?;
    text.map_or(Ok(Vec::new()), |text| parse_timestamp_list(&text))
        .map_err(corrupt)
}

async fn write_failures(
    connection: &mut SqliteConnection,
    origin: &AttemptOrigin,
    failures: &[Timestamp],
    kept_until: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sign_in_failures (identity_digest, source, failures, kept_until) VALUES (?, ?, ?, ?)
         ON CONFLICT (identity_digest, source)
         DO UPDATE SET failures = excluded.failures, kept_until = max(kept_until, excluded.kept_until)",
        origin.identity.0.as_slice(),
        source_text(origin),
        timestamp_list_text(failures),
        kept_until.unix_microseconds(),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(store_error)
}

async fn update_failures(
    connection: &mut SqliteConnection,
    origin: &AttemptOrigin,
    failures: &[Timestamp],
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sign_in_failures SET failures = ? WHERE identity_digest = ? AND source = ?",
        timestamp_list_text(failures),
        origin.identity.0.as_slice(),
        source_text(origin),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(store_error)
}

/// There may be none.
async fn delete_failures(connection: &mut SqliteConnection, origin: &AttemptOrigin) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM sign_in_failures WHERE identity_digest = ? AND source = ?",
        origin.identity.0.as_slice(),
        source_text(origin),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(store_error)
}

/// No source has an empty text.
fn source_text(origin: &AttemptOrigin) -> &str {
    origin.source.as_ref().map_or("", Source::as_str)
}
