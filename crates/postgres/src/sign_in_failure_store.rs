use async_trait::async_trait;
use sqlx::Error;
use sqlx::postgres::PgConnection;
use tracing::instrument;
use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, SignInFailureStore, StoreError};
use unlockd_domain::{Source, Timestamp};

use crate::error::corrupt;
use crate::store::PostgresStore;
use crate::user_row::timestamps;

#[async_trait]
impl SignInFailureStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.sign_in_failure_store.count", skip_all)]
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError> {
        self.write(|write| Box::pin(count(write.connection, attempt))).await
    }

    #[instrument(level = "debug", name = "postgres.sign_in_failure_store.take_back", skip_all)]
    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError> {
        self.write(|attempt| Box::pin(take_back(attempt.connection, origin, at)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.sign_in_failure_store.forget", skip_all)]
    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError> {
        self.write(|attempt| {
            Box::pin(async move {
                sqlx::query!(
                    "DELETE FROM sign_in_failures WHERE identity_digest = $1 AND source = $2",
                    &origin.identity.0[..],
                    source_column(origin),
                )
                .execute(attempt.connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    #[instrument(level = "debug", name = "postgres.sign_in_failure_store.prune", skip_all)]
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write(|attempt| Box::pin(prune(attempt.connection, now, limit)))
            .await
    }
}

/// All who come from a place that is not known come from one.
fn source_column(origin: &AttemptOrigin) -> &str {
    origin.source.as_ref().map_or("", Source::as_str)
}

/// What counts is read after the attempt was not counted. Meanwhile it may have been forgotten, and there is room.
async fn count(connection: &mut PgConnection, attempt: &CountedAttempt) -> Result<Count, Error> {
    loop {
        if add(connection, attempt).await? {
            return Ok(Count::Counted);
        }
        let counting = counting(connection, attempt).await?;
        if counting.len() >= attempt.limit as usize {
            return Ok(Count::Exhausted(counting));
        }
    }
}

/// Answers whether there was room. Whoever counts has the origin's row for itself, and sees what those before have counted.
async fn add(connection: &mut PgConnection, attempt: &CountedAttempt) -> Result<bool, Error> {
    let counted = sqlx::query!(
        "INSERT INTO sign_in_failures AS stored (identity_digest, source, failures, kept_until)
         SELECT $1, $2, ARRAY[$3::timestamptz], $4 WHERE $6::bigint > 0
         ON CONFLICT (identity_digest, source) DO UPDATE
         SET failures = ARRAY(
                 SELECT failure FROM unnest(stored.failures || excluded.failures) AS failure
                 WHERE failure > $5 OR failure = $3
                 ORDER BY failure
             ),
             kept_until = greatest(stored.kept_until, excluded.kept_until)
         WHERE (SELECT count(*) FROM unnest(stored.failures) AS failure WHERE failure > $5) < $6",
        &attempt.origin.identity.0[..],
        source_column(&attempt.origin),
        attempt.at.date_time(),
        attempt.kept_until.date_time(),
        attempt.counting_since.date_time(),
        i64::from(attempt.limit),
    )
    .execute(connection)
    .await?;
    Ok(counted.rows_affected() > 0)
}

/// The failures that count, the oldest first.
async fn counting(connection: &mut PgConnection, attempt: &CountedAttempt) -> Result<Vec<Timestamp>, Error> {
    let failures = sqlx::query_scalar!(
        r#"SELECT failure AS "failure!"
           FROM sign_in_failures, unnest(failures) AS failure
           WHERE identity_digest = $1 AND source = $2 AND failure > $3
           ORDER BY failure"#,
        &attempt.origin.identity.0[..],
        source_column(&attempt.origin),
        attempt.counting_since.date_time(),
    )
    .fetch_all(connection)
    .await?;
    timestamps(failures)
}

/// Nothing changes where the failure is not there any more.
async fn take_back(connection: &mut PgConnection, origin: &AttemptOrigin, at: Timestamp) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE sign_in_failures
         SET failures = failures[:array_position(failures, $3) - 1] || failures[array_position(failures, $3) + 1:]
         WHERE identity_digest = $1 AND source = $2 AND array_position(failures, $3) IS NOT NULL",
        &origin.identity.0[..],
        source_column(origin),
        at.date_time(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Origins that are being counted at the moment are passed over.
async fn prune(connection: &mut PgConnection, now: Timestamp, limit: u32) -> Result<u32, Error> {
    let forgotten = sqlx::query!(
        "WITH stale AS (
             SELECT identity_digest, source FROM sign_in_failures WHERE kept_until <= $1
             ORDER BY kept_until LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM sign_in_failures AS stored USING stale
         WHERE stored.identity_digest = stale.identity_digest AND stored.source = stale.source",
        now.date_time(),
        i64::from(limit),
    )
    .execute(connection)
    .await?;
    u32::try_from(forgotten.rows_affected()).map_err(corrupt)
}
