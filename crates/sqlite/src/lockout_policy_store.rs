use async_trait::async_trait;
use sqlx::SqliteConnection;
use tracing::instrument;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::ports::{BoxError, CommitPolicyError, LockoutPolicyStore, StoreError};
use unlockd_application::text_forms::{lockout_policy_text, parse_lockout_policy};
use unlockd_domain::{OrganizationId, OwnedPolicy, PolicyChange, PolicyEvent, Sequence, Source, Timestamp, UserId};

use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::organization_store::organization_exists;

#[async_trait]
impl LockoutPolicyStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.lockout_policy_store.find", skip_all)]
    async fn find(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        let query = sqlx::query_as!(
            PolicyRow,
            "SELECT organization_id, policy, sequence, changed_at FROM lockout_policies
             WHERE coalesce(organization_id, '') = coalesce(?, '')",
            organization.map(OrganizationId::as_str),
        );
        let row = self
            .in_time(async { query.fetch_optional(self.readers()).await.map_err(store_error) })
            .await?;
        row.map(OwnedPolicy::try_from).transpose().map_err(corrupt)
    }

    #[instrument(level = "debug", name = "sqlite.lockout_policy_store.find_effective", skip_all)]
    async fn find_effective(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        let query = sqlx::query_as!(
            PolicyRow,
            "SELECT organization_id, policy, sequence, changed_at FROM lockout_policies
             WHERE coalesce(organization_id, '') IN (coalesce(?, ''), '') AND policy IS NOT NULL
             ORDER BY organization_id IS NULL LIMIT 1",
            organization.map(OrganizationId::as_str),
        );
        let row = self
            .in_time(async { query.fetch_optional(self.readers()).await.map_err(store_error) })
            .await?;
        row.map(OwnedPolicy::try_from).transpose().map_err(corrupt)
    }

    #[instrument(level = "debug", name = "sqlite.lockout_policy_store.commit", skip_all)]
    async fn commit(
        &self,
        change: &PolicyChange,
        request: Option<&IdempotentRequest>,
    ) -> Result<(), CommitPolicyError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            let after = change.policy();
            if let Some(id) = &after.organization
                && !organization_exists(&mut transaction, id).await?
            {
                return Err(CommitPolicyError::OrganizationNotFound);
            }
            let is_written = match change.expected_sequence() {
                Some(expected) => update_policy(&mut transaction, after, expected).await?,
                None => insert_policy(&mut transaction, after).await?,
            };
            if !is_written {
                return Err(CommitPolicyError::Conflict);
            }
            if !insert_policy_event(&mut transaction, change.event(), request).await? {
                return Err(CommitPolicyError::IdempotencyKeyTaken);
            }
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }
}

/// Answers whether there was none yet.
async fn insert_policy(connection: &mut SqliteConnection, policy: &OwnedPolicy) -> Result<bool, StoreError> {
    let result = sqlx::query!(
        "INSERT INTO lockout_policies (organization_id, policy, sequence, changed_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (coalesce(organization_id, '')) DO NOTHING",
        policy.organization.as_ref().map(OrganizationId::as_str),
        policy.policy.as_ref().map(lockout_policy_text),
        policy.sequence.as_i64(),
        policy.changed_at.unix_microseconds(),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

/// Answers whether the stored policy's sequence was the expected one.
async fn update_policy(
    connection: &mut SqliteConnection,
    policy: &OwnedPolicy,
    expected: Sequence,
) -> Result<bool, StoreError> {
    let result = sqlx::query!(
        "UPDATE lockout_policies SET policy = ?, sequence = ?, changed_at = ?
         WHERE coalesce(organization_id, '') = coalesce(?, '') AND sequence = ?",
        policy.policy.as_ref().map(lockout_policy_text),
        policy.sequence.as_i64(),
        policy.changed_at.unix_microseconds(),
        policy.organization.as_ref().map(OrganizationId::as_str),
        expected.as_i64(),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

/// Appends to the history of a policy, behind all events that there are, with the request that led to it; answers whether
/// the actor has not used its key before. A sequence that is there already is an error: the policy's row goes first and
/// would not have it.
async fn insert_policy_event(
    connection: &mut SqliteConnection,
    event: &PolicyEvent,
    request: Option<&IdempotentRequest>,
) -> Result<bool, StoreError> {
    let result = sqlx::query!(
        "INSERT INTO user_events (sequence, kind, organization_id, actor_user_id, occurred_at, source,
                                  lockout_policy, idempotency_key, request_digest, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM user_events))
         ON CONFLICT (actor_user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING",
        event.sequence.as_i64(),
        event.name().as_str(),
        event.organization.as_ref().map(OrganizationId::as_str),
        event.actor.user_id().map(UserId::as_str),
        event.time.unix_microseconds(),
        event.source.as_ref().map(Source::as_str),
        event.policy.as_ref().map(lockout_policy_text),
        request.map(|request| request.key.as_str()),
        request.map(|request| request.digest.0.as_slice()),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

struct PolicyRow {
    organization_id: Option<String>,
    policy: Option<String>,
    sequence: i64,
    changed_at: i64,
}

impl TryFrom<PolicyRow> for OwnedPolicy {
    type Error = BoxError;

    fn try_from(row: PolicyRow) -> Result<Self, BoxError> {
        Ok(Self {
            organization: row.organization_id.map(OrganizationId::new).transpose()?,
            policy: row.policy.as_deref().map(parse_lockout_policy).transpose()?,
            sequence: Sequence::try_from(row.sequence)?,
            changed_at: Timestamp::from_unix_microseconds(row.changed_at)?,
        })
    }
}
