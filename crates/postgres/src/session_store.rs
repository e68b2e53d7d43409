use async_trait::async_trait;
use sqlx::Error;
use sqlx::postgres::PgConnection;
use tracing::instrument;
use unlockd_application::ports::{
    SessionHolder, SessionPage, SessionQuery, SessionStore, StoreError, WriteSessionError,
};
use unlockd_domain::{ActivityEvent, Sequence, Session, SessionId, Timestamp, TokenDigest, User};

use crate::error::{broken_constraint, corrupt};
use crate::event_store::Recording;
use crate::grant_store::grants_of;
use crate::session_query;
use crate::session_row::{SessionColumns, SessionRow};
use crate::store::PostgresStore;
use crate::user_row::user_row;

#[async_trait]
impl SessionStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.session_store.create", skip_all, fields(session.id = %session.id))]
    async fn create(
        &self,
        session: &Session,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut recording = Recording::begin(attempt.connection, event).await?;
                let outcome = create(recording.connection(), session, digest).await;
                recording.finish(in_use_is_conflict(outcome)?).await
            })
        })
        .await?
    }

    #[instrument(level = "debug", name = "postgres.session_store.replace", skip_all, fields(session.id = %session.id))]
    async fn replace(
        &self,
        session: &Session,
        digest: &TokenDigest,
        expected: Sequence,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut recording = Recording::begin(attempt.connection, event).await?;
                let outcome = replace(recording.connection(), session, digest, expected).await;
                recording.finish(in_use_is_conflict(outcome)?).await
            })
        })
        .await?
    }

    #[instrument(level = "debug", name = "postgres.session_store.find", skip_all, fields(session.id = %id))]
    async fn find(&self, id: &SessionId) -> Result<Option<(Session, TokenDigest)>, StoreError> {
        self.read(|attempt| Box::pin(find(attempt.connection, id))).await
    }

    #[instrument(level = "debug", name = "postgres.session_store.find_holder", skip_all)]
    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<SessionHolder>, StoreError> {
        self.read(|attempt| Box::pin(find_holder(attempt.connection, digest)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.session_store.list", skip_all)]
    async fn list(&self, query: &SessionQuery) -> Result<SessionPage, StoreError> {
        self.read(|attempt| Box::pin(session_query::list(attempt.connection, query)))
            .await
    }

    #[instrument(level = "debug", name = "postgres.session_store.delete", skip_all, fields(session.id = %id))]
    async fn delete(&self, id: &SessionId, event: Option<&ActivityEvent>) -> Result<bool, StoreError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut recording = Recording::begin(attempt.connection, event).await?;
                let deleted = sqlx::query!("DELETE FROM sessions WHERE id = $1", id.as_str())
                    .execute(recording.connection())
                    .await?;
                let is_absent = deleted.rows_affected() == 0;
                let outcome = recording.finish(if is_absent { Err(()) } else { Ok(()) }).await?;
                Ok(outcome.is_ok())
            })
        })
        .await
    }

    #[instrument(level = "debug", name = "postgres.session_store.prune", skip_all)]
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write(|attempt| Box::pin(prune(attempt.connection, now, limit)))
            .await
    }
}

fn in_use_is_conflict(
    written: Result<Result<(), WriteSessionError>, Error>,
) -> Result<Result<(), WriteSessionError>, Error> {
    match written {
        Err(error) => match broken_constraint(&error) {
            Some("sessions_pkey" | "sessions_token_digest_key") => Ok(Err(WriteSessionError::Conflict)),
            _ => Err(error),
        },
        outcome @ Ok(_) => outcome,
    }
}

/// The row of the proof's user is locked against a deletion and against another password at the same time: they find the
/// session, or the session finds the user deleted or the password newer than the proof. Only FOR SHARE conflicts with a new
/// password; the lock of the foreign key does not.
async fn create(
    connection: &mut PgConnection,
    session: &Session,
    digest: &TokenDigest,
) -> Result<Result<(), WriteSessionError>, Error> {
    let columns = SessionColumns::of(session);
    let outcome = sqlx::query!(
        r#"WITH holder AS (
               SELECT coalesce(password_changed_at <= $9, true) AS proof_is_current
               FROM users WHERE id = $7 AND state <> 'deleted' FOR SHARE
           ), created AS (
               INSERT INTO sessions (id, token_digest, creator_user_id, identity_user_id, identity_login_name, named_at,
                                     user_id, organization_id, password_checked_at, metadata, fingerprint_id, user_agent,
                                     created_at, changed_at, sequence, expires_at, proven_login_name, last_request)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18
               WHERE $7 IS NULL OR EXISTS (SELECT 1 FROM holder WHERE proof_is_current)
               RETURNING id
           )
           SELECT EXISTS (SELECT 1 FROM created) AS "is_created!", EXISTS (SELECT 1 FROM holder) AS "user_exists!""#,
        session.id.as_str(),
        &digest.0[..],
        session.creator.as_str(),
        columns.identity_user_id,
        columns.identity_login_name,
        columns.named_at,
        columns.user_id,
        columns.organization_id,
        columns.password_checked_at,
        columns.metadata,
        session.fingerprint_id(),
        columns.user_agent,
        session.created_at.date_time(),
        session.changed_at.date_time(),
        session.sequence.as_i64(),
        session.expires_at.map(Timestamp::date_time),
        columns.proven_login_name,
        columns.last_request,
    )
    .fetch_one(connection)
    .await?;
    Ok(if outcome.is_created {
        Ok(())
    } else if outcome.user_exists {
        Err(WriteSessionError::PasswordChanged)
    } else {
        Err(WriteSessionError::UserNotFound)
    })
}

/// The user's row goes first, as it does when they are deleted or get another password.
async fn replace(
    connection: &mut PgConnection,
    session: &Session,
    digest: &TokenDigest,
    expected: Sequence,
) -> Result<Result<(), WriteSessionError>, Error> {
    let columns = SessionColumns::of(session);
    let outcome = sqlx::query!(
        r#"WITH holder AS (
               SELECT coalesce(password_changed_at <= $9, true) AS proof_is_current
               FROM users WHERE id = $7 AND state <> 'deleted' FOR SHARE
           ), replaced AS (
               UPDATE sessions
               SET token_digest = $2, creator_user_id = $3, identity_user_id = $4, identity_login_name = $5, named_at = $6,
                   user_id = $7, organization_id = $8, password_checked_at = $9, metadata = $10, fingerprint_id = $11,
                   user_agent = $12, created_at = $13, changed_at = $14, sequence = $15, expires_at = $16,
                   proven_login_name = $18, last_request = $19
               WHERE id = $1 AND sequence = $17 AND ($7 IS NULL OR EXISTS (SELECT 1 FROM holder WHERE proof_is_current))
               RETURNING id
           )
           SELECT EXISTS (SELECT 1 FROM replaced) AS "is_replaced!",
                  EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND sequence = $17) AS "is_expected!",
                  $7 IS NULL OR EXISTS (SELECT 1 FROM holder) AS "user_exists!""#,
        session.id.as_str(),
        &digest.0[..],
        session.creator.as_str(),
        columns.identity_user_id,
        columns.identity_login_name,
        columns.named_at,
        columns.user_id,
        columns.organization_id,
        columns.password_checked_at,
        columns.metadata,
        session.fingerprint_id(),
        columns.user_agent,
        session.created_at.date_time(),
        session.changed_at.date_time(),
        session.sequence.as_i64(),
        session.expires_at.map(Timestamp::date_time),
        expected.as_i64(),
        columns.proven_login_name,
        columns.last_request,
    )
    .fetch_one(connection)
    .await?;
    Ok(if outcome.is_replaced {
        Ok(())
    } else if !outcome.is_expected {
        Err(WriteSessionError::Conflict)
    } else if outcome.user_exists {
        Err(WriteSessionError::PasswordChanged)
    } else {
        Err(WriteSessionError::UserNotFound)
    })
}

async fn find(connection: &mut PgConnection, id: &SessionId) -> Result<Option<(Session, TokenDigest)>, Error> {
    let row = sqlx::query!(
        "SELECT id, token_digest, creator_user_id, identity_user_id, identity_login_name, named_at, user_id,
                organization_id, password_checked_at, proven_login_name, metadata, fingerprint_id, user_agent, created_at,
                changed_at, sequence, expires_at, last_request
         FROM sessions WHERE id = $1",
        id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let digest = TokenDigest(row.token_digest.as_slice().try_into().map_err(corrupt)?);
    let session = SessionRow {
        id: row.id,
        creator_user_id: row.creator_user_id,
        identity_user_id: row.identity_user_id,
        identity_login_name: row.identity_login_name,
        named_at: row.named_at,
        user_id: row.user_id,
        organization_id: row.organization_id,
        password_checked_at: row.password_checked_at,
        proven_login_name: row.proven_login_name,
        metadata: row.metadata,
        fingerprint_id: row.fingerprint_id,
        user_agent: row.user_agent,
        created_at: row.created_at,
        changed_at: row.changed_at,
        sequence: row.sequence,
        expires_at: row.expires_at,
        last_request: row.last_request,
    };
    Ok(Some((session.try_into()?, digest)))
}

async fn find_holder(connection: &mut PgConnection, digest: &TokenDigest) -> Result<Option<SessionHolder>, Error> {
    let row = sqlx::query!(
        r#"SELECT users.id, users.organization_id, users.state, users.sequence,
                  users.password_failures, users.policy_locks, users.failures_forgotten_at,
                  users.lock_since, users.lock_cause, users.lock_by, users.lock_reason, users.lock_until, users.lock_scope,
                  users.created_at, users.changed_at,
                  coalesce(users.password_change_required, false) AS "password_change_required!",
                  sessions.id AS session_id, sessions.creator_user_id, sessions.identity_user_id,
                  sessions.identity_login_name, sessions.named_at, sessions.organization_id AS proof_organization_id,
                  sessions.password_checked_at, sessions.proven_login_name, sessions.metadata,
                  sessions.fingerprint_id, sessions.user_agent,
                  sessions.created_at AS session_created_at, sessions.changed_at AS session_changed_at,
                  sessions.sequence AS session_sequence, sessions.expires_at, sessions.last_request,
                  ARRAY(SELECT role FROM grants WHERE user_id = users.id
                        ORDER BY role, organization_id) AS "grant_roles!",
                  ARRAY(SELECT grants.organization_id FROM grants WHERE user_id = users.id
                        ORDER BY role, grants.organization_id) AS "grant_organization_ids!: Vec<Option<String>>"
           FROM sessions
           JOIN users ON users.id = sessions.user_id
           WHERE sessions.token_digest = $1"#,
        &digest.0[..],
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let session = SessionRow {
        id: row.session_id,
        creator_user_id: row.creator_user_id,
        identity_user_id: row.identity_user_id,
        identity_login_name: row.identity_login_name,
        named_at: row.named_at,
        user_id: Some(row.id.clone()),
        organization_id: row.proof_organization_id,
        password_checked_at: row.password_checked_at,
        proven_login_name: row.proven_login_name,
        metadata: row.metadata,
        fingerprint_id: row.fingerprint_id,
        user_agent: row.user_agent,
        created_at: row.session_created_at,
        changed_at: row.session_changed_at,
        sequence: row.session_sequence,
        expires_at: row.expires_at,
        last_request: row.last_request,
    };
    Ok(Some(SessionHolder {
        session: session.try_into()?,
        grants: grants_of(&row.grant_roles, row.grant_organization_ids)?,
        password_change_required: row.password_change_required,
        user: User::try_from(user_row!(row))?,
    }))
}

/// Sessions that others are writing or deleting are passed over, to be found the next time.
async fn prune(connection: &mut PgConnection, now: Timestamp, limit: u32) -> Result<u32, Error> {
    let expired = sqlx::query!(
        "WITH expired AS (
             SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM sessions USING expired WHERE sessions.id = expired.id",
        now.date_time(),
        i64::from(limit),
    )
    .execute(&mut *connection)
    .await?;
    let expired = u32::try_from(expired.rows_affected()).map_err(corrupt)?;
    let abandoned = sqlx::query!(
        "WITH abandoned AS (
             SELECT id FROM sessions WHERE user_id IS NULL AND changed_at <= $1
             ORDER BY changed_at LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM sessions USING abandoned WHERE sessions.id = abandoned.id",
        now.saturating_sub(Session::KEPT_WITHOUT_PROOF).date_time(),
        i64::from(limit.saturating_sub(expired)),
    )
    .execute(connection)
    .await?;
    Ok(expired + u32::try_from(abandoned.rows_affected()).map_err(corrupt)?)
}
