mod session_condition;
mod session_row;

use async_trait::async_trait;
use sqlx::{QueryBuilder, SqliteConnection};
use tracing::instrument;
use unlockd_application::ports::{
    SessionHolder, SessionPage, SessionQuery, SessionStore, StoreError, WriteSessionError,
};
use unlockd_domain::{ActivityEvent, Sequence, Session, SessionId, Timestamp, TokenDigest, UserId};

pub(crate) use self::session_condition::{push_page, push_total};
use self::session_row::{SessionRow, insert_session, select_session, select_session_by_digest, update_session};
use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::event_store::append;
use crate::grant_store::select_grants;
use crate::user_store::select_user;

#[async_trait]
impl SessionStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.session_store.create", skip_all, fields(session.id = %session.id))]
    async fn create(
        &self,
        session: &Session,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !insert_session(&mut transaction, session, digest).await? {
                return Err(WriteSessionError::Conflict);
            }
            require_current_proof(&mut transaction, session).await?;
            append(&mut transaction, event).await?;
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.session_store.replace", skip_all, fields(session.id = %session.id))]
    async fn replace(
        &self,
        session: &Session,
        digest: &TokenDigest,
        expected: Sequence,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !update_session(&mut transaction, session, digest, expected).await? {
                return Err(WriteSessionError::Conflict);
            }
            require_current_proof(&mut transaction, session).await?;
            append(&mut transaction, event).await?;
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.session_store.find", skip_all, fields(session.id = %id))]
    async fn find(&self, id: &SessionId) -> Result<Option<(Session, TokenDigest)>, StoreError> {
        self.in_time(select_session(self.readers(), id)).await
    }

    #[instrument(level = "debug", name = "sqlite.session_store.find_holder", skip_all)]
    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<SessionHolder>, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            let session = select_session_by_digest(&mut transaction, digest).await?;
            let Some((session, user_id)) = session.and_then(|session| {
                let user_id = session.proof()?.user_id.clone();
                Some((session, user_id))
            }) else {
                return Ok(None);
            };
            let user = select_user(&mut *transaction, &user_id)
                .await?
                .ok_or_else(|| corrupt("a session is of a user who does not exist"))?;
            let grants = select_grants(&mut transaction, &user_id).await?;
            let password_change_required = is_password_change_required(&mut transaction, &user_id).await?;
            Ok(Some(SessionHolder {
                session,
                user,
                grants,
                password_change_required,
            }))
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.session_store.list", skip_all)]
    async fn list(&self, query: &SessionQuery) -> Result<SessionPage, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            // Not kept prepared: there are too many kinds of them.
            let mut sql = QueryBuilder::new("");
            push_total(&mut sql, query);
            let total = sql.build_query_scalar::<i64>().persistent(false);
            let total = total.fetch_one(&mut *transaction).await.map_err(store_error)?;
            let mut sql = QueryBuilder::new("");
            push_page(&mut sql, query);
            let rows = sql.build_query_as::<SessionRow>().persistent(false);
            let rows = rows.fetch_all(&mut *transaction).await.map_err(store_error)?;
            let sessions = rows.into_iter().map(Session::try_from).collect::<Result<_, _>>();
            Ok(SessionPage {
                total: total.try_into().map_err(corrupt)?,
                sessions: sessions.map_err(corrupt)?,
            })
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.session_store.delete", skip_all, fields(session.id = %id))]
    async fn delete(&self, id: &SessionId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            let result = sqlx::query!("DELETE FROM sessions WHERE id = ?", id.as_str())
                .execute(&mut *transaction)
                .await
                .map_err(store_error)?;
            let is_ended = result.rows_affected() == 1;
            if is_ended {
                append(&mut transaction, event).await?;
            }
            transaction.commit().await.map_err(store_error)?;
            Ok(is_ended)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.session_store.prune", skip_all)]
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            let expired = sqlx::query!(
                "DELETE FROM sessions
                 WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
                now.unix_microseconds(),
                limit,
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            let expired = u32::try_from(expired.rows_affected()).map_err(corrupt)?;
            let abandoned = sqlx::query!(
                "DELETE FROM sessions
                 WHERE id IN (SELECT id FROM sessions WHERE user_id IS NULL AND changed_at <= ? ORDER BY changed_at LIMIT ?)",
                now.saturating_sub(Session::KEPT_WITHOUT_PROOF).unix_microseconds(),
                limit.saturating_sub(expired),
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            transaction.commit().await.map_err(store_error)?;
            Ok(expired + u32::try_from(abandoned.rows_affected()).map_err(corrupt)?)
        })
        .await
    }
}

/// The user who has shown a password, if somebody has, must exist, with no newer password.
async fn require_current_proof(connection: &mut SqliteConnection, session: &Session) -> Result<(), WriteSessionError> {
    let Some(proof) = session.proof() else {
        return Ok(());
    };
    let changed_at = sqlx::query_scalar!(
        "SELECT password_changed_at FROM users WHERE id = ? AND state <> 'deleted'",
        proof.user_id.as_str(),
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    match changed_at {
        None => Err(WriteSessionError::UserNotFound),
        Some(Some(changed_at)) if changed_at > proof.checked_at.unix_microseconds() => {
            Err(WriteSessionError::PasswordChanged)
        }
        Some(_) => Ok(()),
    }
}

async fn is_password_change_required(connection: &mut SqliteConnection, id: &UserId) -> Result<bool, StoreError> {
    let flag = sqlx::query_scalar!(
        r#"SELECT password_change_required AS "required: bool" FROM users WHERE id = ?"#,
        id.as_str(),
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)?;
    Ok(flag.unwrap_or(false))
}
