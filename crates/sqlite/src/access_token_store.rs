use async_trait::async_trait;
use sqlx::SqliteConnection;
use tracing::instrument;
use unlockd_application::ports::{AccessTokenStore, AddTokenError, BoxError, StoreError, TokenHolder};
use unlockd_domain::{AccessToken, AccessTokenId, ActivityEvent, Timestamp, TokenDigest, TokenName, UserId};

use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::event_store::append;
use crate::grant_store::select_grants;
use crate::user_store::{select_user, user_exists};

#[async_trait]
impl AccessTokenStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.access_token_store.add", skip_all, fields(user.id = %token.user_id))]
    async fn add(
        &self,
        token: &AccessToken,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), AddTokenError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !user_exists(&mut transaction, &token.user_id).await? {
                return Err(AddTokenError::UserNotFound);
            }
            if !insert_token(&mut transaction, token, digest).await? {
                return Err(AddTokenError::TokenTaken);
            }
            append(&mut transaction, event).await?;
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.access_token_store.find_holder", skip_all)]
    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<TokenHolder>, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            let Some(token) = select_token(&mut transaction, digest).await? else {
                return Ok(None);
            };
            let user = select_user(&mut *transaction, &token.user_id)
                .await?
                .ok_or_else(|| corrupt("a token is of a user who does not exist"))?;
            let grants = select_grants(&mut transaction, &token.user_id).await?;
            Ok(Some(TokenHolder { token, user, grants }))
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.access_token_store.list", skip_all)]
    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<AccessToken>, StoreError> {
        let query = sqlx::query_as!(
            AccessTokenRow,
            "SELECT id, user_id, name, created_at, expires_at, last_used_at FROM access_tokens
             WHERE ?1 IS NULL OR user_id = ?1 ORDER BY created_at, id",
            user_id.map(UserId::as_str),
        );
        let rows = self
            .in_time(async { query.fetch_all(self.readers()).await.map_err(store_error) })
            .await?;
        rows.into_iter()
            .map(AccessToken::try_from)
            .collect::<Result<_, _>>()
            .map_err(corrupt)
    }

    #[instrument(level = "debug", name = "sqlite.access_token_store.revoke", skip_all, fields(token.id = %id))]
    async fn revoke(&self, id: &AccessTokenId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            let result = sqlx::query!("DELETE FROM access_tokens WHERE id = ?", id.as_str())
                .execute(&mut *transaction)
                .await
                .map_err(store_error)?;
            let is_revoked = result.rows_affected() == 1;
            if is_revoked {
                append(&mut transaction, event).await?;
            }
            transaction.commit().await.map_err(store_error)?;
            Ok(is_revoked)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.access_token_store.record_use", skip_all, fields(token.id = %id))]
    async fn record_use(&self, id: &AccessTokenId, at: Timestamp) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            sqlx::query!(
                "UPDATE access_tokens SET last_used_at = max(coalesce(last_used_at, ?1), ?1) WHERE id = ?2",
                at.unix_microseconds(),
                id.as_str(),
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            transaction.commit().await.map_err(store_error)
        })
        .await
    }
}

/// Answers whether the id and the digest were free.
pub(crate) async fn insert_token(
    connection: &mut SqliteConnection,
    token: &AccessToken,
    digest: &TokenDigest,
) -> Result<bool, StoreError> {
    let result = sqlx::query!(
        "INSERT INTO access_tokens (id, user_id, digest, name, created_at, expires_at, last_used_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING ON CONFLICT (digest) DO NOTHING",
        token.id.as_str(),
        token.user_id.as_str(),
        digest.0.as_slice(),
        token.name.as_ref().map(TokenName::as_str),
        token.created_at.unix_microseconds(),
        token.expires_at.map(Timestamp::unix_microseconds),
        token.last_used_at.map(Timestamp::unix_microseconds),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

async fn select_token(
    connection: &mut SqliteConnection,
    digest: &TokenDigest,
) -> Result<Option<AccessToken>, StoreError> {
    let row = sqlx::query_as!(
        AccessTokenRow,
        "SELECT id, user_id, name, created_at, expires_at, last_used_at FROM access_tokens WHERE digest = ?",
        digest.0.as_slice(),
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    row.map(AccessToken::try_from).transpose().map_err(corrupt)
}

struct AccessTokenRow {
    id: String,
    user_id: String,
    name: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl TryFrom<AccessTokenRow> for AccessToken {
    type Error = BoxError;

    fn try_from(row: AccessTokenRow) -> Result<Self, BoxError> {
        Ok(Self {
            id: AccessTokenId::new(row.id)?,
            user_id: UserId::new(row.user_id)?,
            name: row.name.map(TokenName::new).transpose()?,
            created_at: Timestamp::from_unix_microseconds(row.created_at)?,
            expires_at: row.expires_at.map(Timestamp::from_unix_microseconds).transpose()?,
            last_used_at: row.last_used_at.map(Timestamp::from_unix_microseconds).transpose()?,
        })
    }
}
