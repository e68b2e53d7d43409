use async_trait::async_trait;
use sqlx::Error;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::ports::{CommitPolicyError, LockoutPolicyStore, StoreError};
use unlockd_application::text_forms::{lockout_policy_text, parse_lockout_policy};
use unlockd_domain::{Actor, OrganizationId, OwnedPolicy, PolicyChange, Sequence, Source, UserId};

use crate::error::{broken_constraint, corrupt, is_repeated_request};
use crate::store::PostgresStore;
use crate::user_row::timestamp;

#[async_trait]
impl LockoutPolicyStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.lockout_policy_store.find", skip_all)]
    async fn find(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        self.read(|attempt| Box::pin(find(attempt.connection, organization)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.lockout_policy_store.find_effective", skip_all)]
    async fn find_effective(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError> {
        self.read(|attempt| Box::pin(find_effective(attempt.connection, organization)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.lockout_policy_store.commit", skip_all)]
    async fn commit(
        &self,
        change: &PolicyChange,
        request: Option<&IdempotentRequest>,
    ) -> Result<(), CommitPolicyError> {
        self.write(|attempt| {
            Box::pin(async move {
                match commit(attempt.connection, change, request).await {
                    Ok(true) => Ok(Ok(())),
                    Ok(false) => Ok(Err(CommitPolicyError::Conflict)),
                    Err(error) if broken_constraint(&error) == Some("lockout_policies_organization_id_fkey") => {
                        Ok(Err(CommitPolicyError::OrganizationNotFound))
                    }
                    Err(error) if is_repeated_request(&error) => Ok(Err(CommitPolicyError::IdempotencyKeyTaken)),
                    Err(error) => Err(error),
                }
            })
        })
        .await?
    }
}

struct LockoutPolicyRow {
    organization_id: Option<String>,
    policy: Option<String>,
    sequence: i64,
    changed_at: OffsetDateTime,
}

impl TryFrom<LockoutPolicyRow> for OwnedPolicy {
    type Error = Error;

    fn try_from(row: LockoutPolicyRow) -> Result<Self, Error> {
        let organization = row.organization_id.map(OrganizationId::new).transpose();
        let policy = row.policy.as_deref().map(parse_lockout_policy).transpose();
        Ok(Self {
            organization: organization.map_err(corrupt)?,
            policy: policy.map_err(corrupt)?,
            sequence: Sequence::try_from(row.sequence).map_err(corrupt)?,
            changed_at: timestamp(row.changed_at)?,
        })
    }
}

async fn find(
    connection: &mut PgConnection,
    organization: Option<&OrganizationId>,
) -> Result<Option<OwnedPolicy>, Error> {
    sqlx::query_as!(
        LockoutPolicyRow,
        "SELECT organization_id, policy, sequence, changed_at FROM lockout_policies
         WHERE organization_id = $1 OR ($1::text IS NULL AND organization_id IS NULL)",
        organization.map(OrganizationId::as_str),
    )
    .fetch_optional(connection)
    .await?
    .map(OwnedPolicy::try_from)
    .transpose()
}

/// Asked for at every sign-in.
async fn find_effective(
    connection: &mut PgConnection,
    organization: Option<&OrganizationId>,
) -> Result<Option<OwnedPolicy>, Error> {
    sqlx::query_as!(
        LockoutPolicyRow,
        "SELECT organization_id, policy, sequence, changed_at FROM lockout_policies
         WHERE (organization_id = $1 OR organization_id IS NULL) AND policy IS NOT NULL
         ORDER BY organization_id NULLS LAST LIMIT 1",
        organization.map(OrganizationId::as_str),
    )
    .fetch_optional(connection)
    .await?
    .map(OwnedPolicy::try_from)
    .transpose()
}

/// Writes the policy after the change and appends the event, if the stored policy's sequence is still the expected one, or none
/// was there when none is expected; answers whether it was. One statement, like a change of a user: the event's position is
/// taken when the policy's row is there for nobody else.
async fn commit(
    connection: &mut PgConnection,
    change: &PolicyChange,
    request: Option<&IdempotentRequest>,
) -> Result<bool, Error> {
    let (after, event) = (change.policy(), change.event());
    let appended = sqlx::query!(
        "WITH changed AS (
             UPDATE lockout_policies SET policy = $3, sequence = $4, changed_at = $5
             WHERE (organization_id = $1 OR ($1::text IS NULL AND organization_id IS NULL)) AND sequence = $2
             RETURNING organization_id, sequence, policy, changed_at
         ), created AS (
             INSERT INTO lockout_policies (organization_id, policy, sequence, changed_at)
             SELECT $1, $3, $4, $5 WHERE $2 IS NULL
             ON CONFLICT DO NOTHING
             RETURNING organization_id, sequence, policy, changed_at
         ), written AS (
             SELECT * FROM changed UNION ALL SELECT * FROM created
         )
         INSERT INTO user_events (sequence, kind, organization_id, actor_user_id, occurred_at, source, lockout_policy,
                                  idempotency_key, request_digest)
         SELECT sequence, $6, organization_id, $7, changed_at, $8, policy, $9, $10 FROM written",
        after.organization.as_ref().map(OrganizationId::as_str),
        change.expected_sequence().map(Sequence::as_i64),
        after.policy.as_ref().map(lockout_policy_text),
        after.sequence.as_i64(),
        after.changed_at.date_time(),
        event.name().as_str(),
        Actor::user_id(&event.actor).map(UserId::as_str),
        event.source.as_ref().map(Source::as_str),
        request.map(|request| request.key.as_str()),
        request.map(|request| request.digest.0.as_slice()),
    )
    .execute(connection)
    .await?;
    Ok(appended.rows_affected() > 0)
}
