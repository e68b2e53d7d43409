use async_trait::async_trait;
use sqlx::Connection as _;
use sqlx::Error;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use unlockd_application::ports::{
    AttemptOrigin, Count, CountedAttempt, IdentityDigest, REFUSAL_INTERVAL, SignInFailureStore, StoreError,
};
use unlockd_domain::{Source, SourceBlock, SourceFailures, SourceTotals, Timestamp};

use crate::error::corrupt;
use crate::store::PostgresStore;
use crate::user_row::{timestamp, timestamps};

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

    #[instrument(level = "debug", name = "postgres.sign_in_failure_store.note_refusal", skip_all)]
    async fn note_refusal(&self, origin: &AttemptOrigin, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|attempt| Box::pin(note_refusal(attempt.connection, origin, now)))
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

    #[instrument(level = "debug", name = "postgres.sign_in_failure_store.find_blocked", skip_all)]
    async fn find_blocked(
        &self,
        identities: &[IdentityDigest],
        now: Timestamp,
    ) -> Result<Vec<(Option<Source>, SourceFailures)>, StoreError> {
        self.read(|attempt| Box::pin(find_blocked(attempt.connection, identities, now)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.sign_in_failure_store.prune", skip_all)]
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write(|attempt| Box::pin(prune(attempt.connection, now, limit)))
            .await
    }
}

/// The columns of `sign_in_failures` that make [`SourceFailures`].
struct FailureRow {
    source: String,
    failures: Vec<OffsetDateTime>,
    blocks: i64,
    blocked_since: Option<OffsetDateTime>,
    blocked_until: Option<OffsetDateTime>,
    spent_until: Option<OffsetDateTime>,
}

impl TryFrom<FailureRow> for SourceFailures {
    type Error = Error;

    fn try_from(row: FailureRow) -> Result<Self, Error> {
        let moment = |moment: Option<OffsetDateTime>| moment.map(timestamp).transpose();
        let block = moment(row.blocked_since)?.zip(moment(row.blocked_until)?);
        Ok(Self {
            failures: timestamps(row.failures)?,
            blocks: u32::try_from(row.blocks).map_err(corrupt)?,
            block: block.map(|(since, until)| SourceBlock { since, until }),
            spent_until: moment(row.spent_until)?,
        })
    }
}

/// All requests with an unknown source have one.
fn source_column(origin: &AttemptOrigin) -> &str {
    origin.source.as_ref().map_or("", Source::as_str)
}

/// The row of the origin is locked from the first read on, so that parallel attempts are counted one after the other. A blocked
/// source does not wait for the lock.
async fn count(connection: &mut PgConnection, attempt: &CountedAttempt) -> Result<Count, Error> {
    if let Some(mut failures) = select(connection, &attempt.origin).await?
        && let Err(blocked) = failures.count(&attempt.policy, attempt.forgotten_at, attempt.now)
    {
        return Ok(Count::Blocked(blocked.until));
    }
    let mut transaction = connection.begin().await?;
    if let Some(until) = slowed_until(&mut transaction, attempt).await? {
        transaction.rollback().await?;
        return Ok(Count::Slowed(until));
    }
    let mut failures = lock(&mut transaction, attempt).await?;
    match failures.count(&attempt.policy, attempt.forgotten_at, attempt.now) {
        Ok(at) => {
            let kept_until = failures.kept_until(&attempt.policy);
            update(&mut transaction, &attempt.origin, &failures, kept_until).await?;
            transaction.commit().await?;
            Ok(Count::Counted(at))
        }
        Err(blocked) => {
            transaction.rollback().await?;
            Ok(Count::Blocked(blocked.until))
        }
    }
}

/// The time before which the source may make no attempt. The totals are read under a lock of the source, so that parallel
/// attempts at different names are counted one after the other.
async fn slowed_until(connection: &mut PgConnection, attempt: &CountedAttempt) -> Result<Option<Timestamp>, Error> {
    let Some(policy) = &attempt.instance_policy else {
        return Ok(None);
    };
    let window_start = attempt.now.saturating_sub(policy.source_total_window.get());
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        source_column(&attempt.origin),
    )
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query!(
        r#"SELECT count(DISTINCT identity_digest) FILTER (WHERE identity_digest <> $1) AS "other_names!",
                  count(*) AS "failures!", max(failure) AS last_failed_at
           FROM sign_in_failures, unnest(failures) AS failure
           WHERE source = $2 AND last_failed_at > $3 AND failure > $3"#,
        &attempt.origin.identity.0[..],
        source_column(&attempt.origin),
        window_start.date_time(),
    )
    .fetch_one(connection)
    .await?;
    let totals = SourceTotals {
        other_names: u32::try_from(row.other_names).map_err(corrupt)?,
        failures: u32::try_from(row.failures).map_err(corrupt)?,
        last_failed_at: row.last_failed_at.map(timestamp).transpose()?,
    };
    Ok(policy.slows_source_until(&totals, attempt.now))
}

/// Reads before it writes: an insert that changes nothing locks the row, so its commit waits for the disk.
async fn note_refusal(connection: &mut PgConnection, origin: &AttemptOrigin, now: Timestamp) -> Result<bool, Error> {
    let noted_before = now.saturating_sub(REFUSAL_INTERVAL).date_time();
    let last = sqlx::query_scalar!(
        "SELECT refused_at FROM sign_in_failures WHERE identity_digest = $1 AND source = $2",
        &origin.identity.0[..],
        source_column(origin),
    )
    .fetch_optional(&mut *connection)
    .await?;
    if last.flatten().is_some_and(|last| last > noted_before) {
        return Ok(false);
    }
    let noted = sqlx::query!(
        "INSERT INTO sign_in_failures AS stored (identity_digest, source, failures, blocks, refused_at, kept_until)
         VALUES ($1, $2, '{}', 0, $3, $4)
         ON CONFLICT (identity_digest, source)
         DO UPDATE SET refused_at = excluded.refused_at, kept_until = greatest(stored.kept_until, excluded.kept_until)
         WHERE stored.refused_at IS NULL OR stored.refused_at <= $5",
        &origin.identity.0[..],
        source_column(origin),
        now.date_time(),
        now.saturating_add(REFUSAL_INTERVAL).date_time(),
        noted_before,
    )
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() > 0)
}

async fn select(connection: &mut PgConnection, origin: &AttemptOrigin) -> Result<Option<SourceFailures>, Error> {
    sqlx::query_as!(
        FailureRow,
        "SELECT source, failures, blocks, blocked_since, blocked_until, spent_until
         FROM sign_in_failures WHERE identity_digest = $1 AND source = $2",
        &origin.identity.0[..],
        source_column(origin),
    )
    .fetch_optional(connection)
    .await?
    .map(TryFrom::try_from)
    .transpose()
}

/// Creates the row if there is none, and locks it.
async fn lock(connection: &mut PgConnection, attempt: &CountedAttempt) -> Result<SourceFailures, Error> {
    sqlx::query_as!(
        FailureRow,
        "INSERT INTO sign_in_failures AS stored (identity_digest, source, failures, blocks, kept_until)
         VALUES ($1, $2, '{}', 0, $3)
         ON CONFLICT (identity_digest, source) DO UPDATE SET kept_until = greatest(stored.kept_until, excluded.kept_until)
         RETURNING source, failures, blocks, blocked_since, blocked_until, spent_until",
        &attempt.origin.identity.0[..],
        source_column(&attempt.origin),
        attempt.now.date_time(),
    )
    .fetch_one(connection)
    .await?
    .try_into()
}

async fn update(
    connection: &mut PgConnection,
    origin: &AttemptOrigin,
    failures: &SourceFailures,
    kept_until: Timestamp,
) -> Result<(), Error> {
    let times: Vec<_> = failures.failures.iter().map(|failure| failure.date_time()).collect();
    sqlx::query!(
        "UPDATE sign_in_failures
         SET failures = $3, blocks = $4, blocked_since = $5, blocked_until = $6, spent_until = $7, last_failed_at = $9,
             kept_until = greatest(kept_until, $8)
         WHERE identity_digest = $1 AND source = $2",
        &origin.identity.0[..],
        source_column(origin),
        &times,
        i64::from(failures.blocks),
        failures.block.map(|block| block.since.date_time()),
        failures.block.map(|block| block.until.date_time()),
        failures.spent_until.map(Timestamp::date_time),
        kept_until.date_time(),
        failures.failures.last().map(|last| last.date_time()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Nothing changes where the attempt is not there any more.
async fn take_back(connection: &mut PgConnection, origin: &AttemptOrigin, at: Timestamp) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    let found = sqlx::query_as!(
        FailureRow,
        "SELECT source, failures, blocks, blocked_since, blocked_until, spent_until
         FROM sign_in_failures WHERE identity_digest = $1 AND source = $2 FOR UPDATE",
        &origin.identity.0[..],
        source_column(origin),
    )
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(row) = found {
        let mut failures = SourceFailures::try_from(row)?;
        if failures.take_back(at) {
            update(&mut transaction, origin, &failures, at).await?;
        }
    }
    transaction.commit().await
}

async fn find_blocked(
    connection: &mut PgConnection,
    identities: &[IdentityDigest],
    now: Timestamp,
) -> Result<Vec<(Option<Source>, SourceFailures)>, Error> {
    let digests: Vec<&[u8]> = identities.iter().map(|identity| &identity.0[..]).collect();
    let rows = sqlx::query_as!(
        FailureRow,
        "SELECT source, failures, blocks, blocked_since, blocked_until, spent_until
         FROM sign_in_failures WHERE identity_digest = ANY($1) AND blocked_until > $2 ORDER BY source",
        &digests as &[&[u8]],
        now.date_time(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let source = (!row.source.is_empty()).then(|| Source::trusted(row.source.clone()));
            Ok((source, row.try_into()?))
        })
        .collect()
}

/// Origins that are being counted at the moment are skipped.
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
