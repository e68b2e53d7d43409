use async_trait::async_trait;
use sqlx::{SqliteConnection, SqliteExecutor};
use tracing::instrument;
use unlockd_application::ports::{
    AttemptOrigin, BoxError, Count, CountedAttempt, IdentityDigest, REFUSAL_INTERVAL, SignInFailureStore, StoreError,
};
use unlockd_domain::{Source, SourceBlock, SourceFailures, SourceTotals, Timestamp};

use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::timestamp_list::{parse_timestamp_list, timestamp_list_text};

#[async_trait]
impl SignInFailureStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.count", skip_all)]
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError> {
        self.in_time(async {
            // A blocked source does not even request a write.
            let mut failures = select_failures(self.readers(), &attempt.origin).await?;
            if let Err(blocked) = failures.count(&attempt.policy, attempt.forgotten_at, attempt.now) {
                return Ok(Count::Blocked(blocked.until));
            }
            let mut transaction = self.begin_writing().await?;
            if let Some(until) = slowed_until(&mut transaction, attempt).await? {
                return Ok(Count::Slowed(until));
            }
            let mut failures = select_failures(&mut *transaction, &attempt.origin).await?;
            let at = match failures.count(&attempt.policy, attempt.forgotten_at, attempt.now) {
                Ok(at) => at,
                Err(blocked) => return Ok(Count::Blocked(blocked.until)),
            };
            let kept_until = failures.kept_until(&attempt.policy);
            write_failures(&mut transaction, &attempt.origin, &failures, kept_until).await?;
            transaction.commit().await.map_err(store_error)?;
            Ok(Count::Counted(at))
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.take_back", skip_all)]
    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            let mut failures = select_failures(&mut *transaction, origin).await?;
            if failures.take_back(at) {
                write_failures(&mut transaction, origin, &failures, at).await?;
                transaction.commit().await.map_err(store_error)?;
            }
            Ok(())
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.note_refusal", skip_all)]
    async fn note_refusal(&self, origin: &AttemptOrigin, now: Timestamp) -> Result<bool, StoreError> {
        self.in_time(async {
            let last = sqlx::query_scalar!(
                "SELECT refused_at FROM sign_in_failures WHERE identity_digest = ? AND source = ?",
                origin.identity.0.as_slice(),
                source_text(origin),
            )
            .fetch_optional(self.readers())
            .await
            .map_err(store_error)?;
            let noted_before = now.saturating_sub(REFUSAL_INTERVAL).unix_microseconds();
            if last.flatten().is_some_and(|last| last > noted_before) {
                return Ok(false);
            }
            let mut transaction = self.begin_writing().await?;
            let noted = sqlx::query!(
                "INSERT INTO sign_in_failures (identity_digest, source, failures, blocks, refused_at, kept_until)
                 VALUES (?1, ?2, '[]', 0, ?3, ?4)
                 ON CONFLICT (identity_digest, source)
                 DO UPDATE SET refused_at = excluded.refused_at, kept_until = max(kept_until, excluded.kept_until)
                 WHERE refused_at IS NULL OR refused_at <= ?5",
                origin.identity.0.as_slice(),
                source_text(origin),
                now.unix_microseconds(),
                now.saturating_add(REFUSAL_INTERVAL).unix_microseconds(),
                noted_before,
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            transaction.commit().await.map_err(store_error)?;
            Ok(noted.rows_affected() > 0)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.forget", skip_all)]
    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            sqlx::query!(
                "DELETE FROM sign_in_failures WHERE identity_digest = ? AND source = ?",
                origin.identity.0.as_slice(),
                source_text(origin),
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            transaction.commit().await.map_err(store_error)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.sign_in_failure_store.find_blocked", skip_all)]
    async fn find_blocked(
        &self,
        identities: &[IdentityDigest],
        now: Timestamp,
    ) -> Result<Vec<(Option<Source>, SourceFailures)>, StoreError> {
        self.in_time(async {
            let mut connection = self.readers().acquire().await.map_err(store_error)?;
            let mut blocked = Vec::new();
            for identity in identities {
                let rows = sqlx::query!(
                    "SELECT source, failures, blocks, blocked_since, blocked_until, spent_until
                     FROM sign_in_failures WHERE identity_digest = ? AND blocked_until > ?",
                    identity.0.as_slice(),
                    now.unix_microseconds(),
                )
                .fetch_all(&mut *connection)
                .await
                .map_err(store_error)?;
                for row in rows {
                    let source = (!row.source.is_empty()).then(|| Source::trusted(row.source));
                    let failures = FailureRow {
                        failures: row.failures,
                        blocks: row.blocks,
                        blocked_since: row.blocked_since,
                        blocked_until: row.blocked_until,
                        spent_until: row.spent_until,
                    };
                    blocked.push((source, failures.try_into().map_err(corrupt)?));
                }
            }
            blocked.sort_by(|(one, _), (other, _)| one.cmp(other));
            Ok(blocked)
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

/// The columns of `sign_in_failures` that make [`SourceFailures`].
struct FailureRow {
    failures: String,
    blocks: i64,
    blocked_since: Option<i64>,
    blocked_until: Option<i64>,
    spent_until: Option<i64>,
}

impl TryFrom<FailureRow> for SourceFailures {
    type Error = BoxError;

    fn try_from(row: FailureRow) -> Result<Self, BoxError> {
        let moment = |moment: Option<i64>| moment.map(Timestamp::from_unix_microseconds).transpose();
        let block = moment(row.blocked_since)?.zip(moment(row.blocked_until)?);
        Ok(Self {
            failures: parse_timestamp_list(&row.failures)?,
            blocks: row.blocks.try_into()?,
            block: block.map(|(since, until)| SourceBlock { since, until }),
            spent_until: moment(row.spent_until)?,
        })
    }
}

/// The time before which the source may make no attempt.
async fn slowed_until(
    connection: &mut SqliteConnection,
    attempt: &CountedAttempt,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(policy) = &attempt.instance_policy else {
        return Ok(None);
    };
    let window_start = attempt.now.saturating_sub(policy.source_total_window.get());
    let row = sqlx::query!(
        r#"
        SELECT count(DISTINCT CASE WHEN identity_digest <> ?1 THEN identity_digest END) AS "other_names!: i64",
               count(*) AS "failures!: i64", max(failure.value) AS "last_failed_at: i64"
        FROM sign_in_failures, json_each(failures) AS failure
        WHERE source = ?2 AND last_failed_at > ?3 AND failure.value > ?3
        "#,
        attempt.origin.identity.0.as_slice(),
        source_text(&attempt.origin),
        window_start.unix_microseconds(),
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)?;
    let last_failed_at = row.last_failed_at.map(Timestamp::from_unix_microseconds).transpose();
    let totals = SourceTotals {
        other_names: u32::try_from(row.other_names).map_err(corrupt)?,
        failures: u32::try_from(row.failures).map_err(corrupt)?,
        last_failed_at: last_failed_at.map_err(corrupt)?,
    };
    Ok(policy.slows_source_until(&totals, attempt.now))
}

async fn select_failures(
    executor: impl SqliteExecutor<'_>,
    origin: &AttemptOrigin,
) -> Result<SourceFailures, StoreError> {
    let row = sqlx::query_as!(
        FailureRow,
        "SELECT failures, blocks, blocked_since, blocked_until, spent_until
         FROM sign_in_failures WHERE identity_digest = ? AND source = ?",
        origin.identity.0.as_slice(),
        source_text(origin),
    )
    .fetch_optional(executor)
    .await
    .map_err(store_error)?;
    row.map_or(Ok(SourceFailures::default()), TryFrom::try_from)
        .map_err(corrupt)
}

async fn write_failures(
    connection: &mut SqliteConnection,
    origin: &AttemptOrigin,
    failures: &SourceFailures,
    kept_until: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sign_in_failures (identity_digest, source, failures, blocks, blocked_since, blocked_until, spent_until,
                                       last_failed_at, kept_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (identity_digest, source)
         DO UPDATE SET failures = excluded.failures, blocks = excluded.blocks, blocked_since = excluded.blocked_since,
                       blocked_until = excluded.blocked_until, spent_until = excluded.spent_until,
                       last_failed_at = excluded.last_failed_at,
                       kept_until = max(kept_until, excluded.kept_until)",
        origin.identity.0.as_slice(),
        source_text(origin),
        timestamp_list_text(&failures.failures),
        failures.blocks,
        failures.block.map(|block| block.since.unix_microseconds()),
        failures.block.map(|block| block.until.unix_microseconds()),
        failures.spent_until.map(Timestamp::unix_microseconds),
        failures.failures.last().map(|last| last.unix_microseconds()),
        kept_until.unix_microseconds(),
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
