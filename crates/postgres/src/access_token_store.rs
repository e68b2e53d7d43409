use async_trait::async_trait;
use sqlx::Error;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use unlockd_application::ports::{AccessTokenStore, AddTokenError, StoreError, TokenHolder};
use unlockd_domain::{AccessToken, AccessTokenId, ActivityEvent, Timestamp, TokenDigest, TokenName, User, UserId};

use crate::error::{broken_constraint, corrupt};
use crate::event_store::Recording;
use crate::grant_store::grants_of;
use crate::store::PostgresStore;
use crate::user_row::{timestamp, user_row};

#[async_trait]
impl AccessTokenStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.access_token_store.add", skip_all, fields(user.id = %token.user_id))]
    async fn add(
        &self,
        token: &AccessToken,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), AddTokenError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut recording = Recording::begin(attempt.connection, event).await?;
                match add(recording.connection(), token, digest).await {
                    Ok(true) => recording.finish(Ok(())).await,
                    Ok(false) => recording.finish(Err(AddTokenError::UserNotFound)).await,
                    Err(error) => match broken_constraint(&error) {
                        Some("access_tokens_pkey" | "access_tokens_digest_key") => Ok(Err(AddTokenError::TokenTaken)),
                        _ => Err(error),
                    },
                }
            })
        })
        .await?
    }

    #[instrument(level = "debug", name = "postgres.access_token_store.find_holder", skip_all)]
    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<TokenHolder>, StoreError> {
        self.read(|attempt| Box::pin(find_holder(attempt.connection, digest)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.access_token_store.list", skip_all)]
    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<AccessToken>, StoreError> {
        let user_id = user_id.map(UserId::as_str);
        self.read(|attempt| {
            Box::pin(async move {
                sqlx::query_as!(
                    AccessTokenRow,
                    "SELECT id, user_id, name, created_at, expires_at, last_used_at FROM access_tokens
                 WHERE $1::text IS NULL OR user_id = $1
                 ORDER BY created_at, id",
                    user_id,
                )
                .fetch_all(attempt.connection)
                .await?
                .into_iter()
                .map(AccessToken::try_from)
                .collect()
            })
        })
        .await
    }

    #[instrument(level = "debug", name = "postgres.access_token_store.revoke", skip_all, fields(token.id = %id))]
    async fn revoke(&self, id: &AccessTokenId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut recording = Recording::begin(attempt.connection, event).await?;
                let revoked = sqlx::query!("DELETE FROM access_tokens WHERE id = $1", id.as_str())
                    .execute(recording.connection())
                    .await?;
                let is_absent = revoked.rows_affected() == 0;
                let outcome = recording.finish(if is_absent { Err(()) } else { Ok(()) }).await?;
                Ok(outcome.is_ok())
            })
        })
        .await
    }

    #[instrument(level = "debug", name = "postgres.access_token_store.record_use", skip_all, fields(token.id = %id))]
    async fn record_use(&self, id: &AccessTokenId, at: Timestamp) -> Result<(), StoreError> {
        self.write(|attempt| {
            Box::pin(async move {
                sqlx::query!(
                    "UPDATE access_tokens SET last_used_at = $2
                     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
                    id.as_str(),
                    at.date_time(),
                )
                .execute(attempt.connection)
                .await
                .map(drop)
            })
        })
        .await
    }
}

struct AccessTokenRow {
    id: String,
    user_id: String,
    name: Option<String>,
    created_at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
    last_used_at: Option<OffsetDateTime>,
}

impl TryFrom<AccessTokenRow> for AccessToken {
    type Error = Error;

    fn try_from(row: AccessTokenRow) -> Result<Self, Error> {
        Ok(Self {
            id: AccessTokenId::new(row.id).map_err(corrupt)?,
            user_id: UserId::new(row.user_id).map_err(corrupt)?,
            name: row.name.map(TokenName::new).transpose().map_err(corrupt)?,
            created_at: timestamp(row.created_at)?,
            expires_at: row.expires_at.map(timestamp).transpose()?,
            last_used_at: row.last_used_at.map(timestamp).transpose()?,
        })
    }
}

/// Answers whether there is a user to give it to. The user's row is locked against a deletion at the same time.
pub(crate) async fn add(
    connection: &mut PgConnection,
    token: &AccessToken,
    digest: &TokenDigest,
) -> Result<bool, Error> {
    let added = sqlx::query!(
        "WITH holder AS (SELECT id FROM users WHERE id = $2 AND state <> 'deleted' FOR SHARE)
         INSERT INTO access_tokens (id, user_id, digest, created_at, expires_at, name, last_used_at)
         SELECT $1, id, $3, $4, $5, $6, $7 FROM holder",
        token.id.as_str(),
        token.user_id.as_str(),
        &digest.0[..],
        token.created_at.date_time(),
        token.expires_at.map(Timestamp::date_time),
        token.name.as_ref().map(TokenName::as_str),
        token.last_used_at.map(Timestamp::date_time),
    )
    .execute(connection)
    .await?;
    Ok(added.rows_affected() > 0)
}

async fn find_holder(connection: &mut PgConnection, digest: &TokenDigest) -> Result<Option<TokenHolder>, Error> {
    let row = sqlx::query!(
        r#"SELECT users.id, users.organization_id, users.state, users.sequence,
                  users.password_failures, users.policy_locks, users.failures_forgotten_at,
                  users.lock_since, users.lock_cause, users.lock_by, users.lock_reason, users.lock_until, users.lock_scope,
                  users.created_at, users.changed_at,
                  access_tokens.id AS token_id,
                  access_tokens.created_at AS token_created_at,
                  access_tokens.expires_at AS token_expires_at,
                  access_tokens.name AS token_name,
                  access_tokens.last_used_at AS token_last_used_at,
                  ARRAY(SELECT role FROM grants WHERE user_id = users.id
                        ORDER BY role, organization_id) AS "grant_roles!",
                  ARRAY(SELECT organization_id FROM grants WHERE user_id = users.id
                        ORDER BY role, organization_id) AS "grant_organization_ids!: Vec<Option<String>>"
           FROM access_tokens
           JOIN users ON users.id = access_tokens.user_id
           WHERE access_tokens.digest = $1"#,
        &digest.0[..],
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let grants = grants_of(&row.grant_roles, row.grant_organization_ids)?;
    let token = AccessTokenRow {
        id: row.token_id,
        user_id: row.id.clone(),
        name: row.token_name,
        created_at: row.token_created_at,
        expires_at: row.token_expires_at,
        last_used_at: row.token_last_used_at,
    };
    Ok(Some(TokenHolder {
        token: token.try_into()?,
        user: User::try_from(user_row!(row))?,
        grants,
    }))
}
