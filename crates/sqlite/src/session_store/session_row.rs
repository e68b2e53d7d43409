use sqlx::{FromRow, SqliteConnection, SqliteExecutor};
use unlockd_application::ports::{BoxError, StoreError};
use unlockd_application::text_forms::{
    parse_session_metadata, parse_user_agent, session_metadata_text, user_agent_text,
};
use unlockd_domain::{
    LoginIdentity, LoginName, OrganizationId, PasswordProof, Sequence, Session, SessionId, SessionRequest, SessionUser,
    Timestamp, TokenDigest, UserId,
};

use crate::error::{corrupt, store_error};

/// The columns of a [`SessionRow`].
pub(super) const SESSION_COLUMNS: &str = "id, token_digest, creator_user_id, identity_user_id, identity_login_name, \
                                          named_at, user_id, organization_id, password_checked_at, \
                                          proven_login_name, metadata, fingerprint_id, user_agent, created_at, changed_at, sequence, expires_at, last_request";

pub(super) async fn select_session(
    executor: impl SqliteExecutor<'_>,
    id: &SessionId,
) -> Result<Option<(Session, TokenDigest)>, StoreError> {
    let row = sqlx::query_as!(
        SessionRow,
        "SELECT id, token_digest, creator_user_id, identity_user_id, identity_login_name, named_at,
                user_id, organization_id, password_checked_at, proven_login_name, metadata, fingerprint_id,
                user_agent, created_at, changed_at, sequence, expires_at, last_request
         FROM sessions WHERE id = ?",
        id.as_str(),
    )
    .fetch_optional(executor)
    .await
    .map_err(store_error)?;
    row.map(|row| {
        let digest = <[u8; 32]>::try_from(row.token_digest.as_slice())?;
        Ok((Session::try_from(row)?, TokenDigest(digest)))
    })
    .transpose()
    .map_err(|error: BoxError| corrupt(error))
}

pub(super) async fn select_session_by_digest(
    connection: &mut SqliteConnection,
    digest: &TokenDigest,
) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query_as!(
        SessionRow,
        "SELECT id, token_digest, creator_user_id, identity_user_id, identity_login_name, named_at,
                user_id, organization_id, password_checked_at, proven_login_name, metadata, fingerprint_id,
                user_agent, created_at, changed_at, sequence, expires_at, last_request
         FROM sessions WHERE token_digest = ?",
        digest.0.as_slice(),
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    row.map(Session::try_from).transpose().map_err(corrupt)
}

/// Answers whether the id and the digest were free.
pub(super) async fn insert_session(
    connection: &mut SqliteConnection,
    session: &Session,
    digest: &TokenDigest,
) -> Result<bool, StoreError> {
    let (user, proof) = (session.user.as_ref(), session.proof());
    let result = sqlx::query!(
        "INSERT INTO sessions (id, token_digest, creator_user_id, identity_user_id, identity_login_name, named_at,
                               user_id, organization_id, password_checked_at, proven_login_name, metadata,
                               fingerprint_id, user_agent, created_at, changed_at, sequence, expires_at, last_request)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING ON CONFLICT (token_digest) DO NOTHING",
        session.id.as_str(),
        digest.0.as_slice(),
        session.creator.as_str(),
        user.and_then(named_user_id),
        user.and_then(login_name),
        user.map(|user| user.named_at.unix_microseconds()),
        proof.map(|proof| proof.user_id.as_str()),
        proof.map(|proof| proof.organization.as_str()),
        proof.map(|proof| proof.checked_at.unix_microseconds()),
        proof.and_then(proven_login_name),
        session_metadata_text(&session.metadata),
        session.fingerprint_id(),
        session.user_agent.as_ref().map(user_agent_text),
        session.created_at.unix_microseconds(),
        session.changed_at.unix_microseconds(),
        session.sequence.as_i64(),
        session.expires_at.map(Timestamp::unix_microseconds),
        session.request.as_ref().map(SessionRequest::to_bytes),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

/// Answers whether the stored session's sequence was the expected one, and the digest free.
pub(super) async fn update_session(
    connection: &mut SqliteConnection,
    session: &Session,
    digest: &TokenDigest,
    expected: Sequence,
) -> Result<bool, StoreError> {
    let (user, proof) = (session.user.as_ref(), session.proof());
    let result = sqlx::query!(
        "UPDATE sessions
         SET token_digest = ?3, creator_user_id = ?4, identity_user_id = ?5, identity_login_name = ?6, named_at = ?7,
             user_id = ?8, organization_id = ?9, password_checked_at = ?10, metadata = ?11,
             fingerprint_id = ?12, user_agent = ?13, created_at = ?14, changed_at = ?15, sequence = ?16, expires_at = ?17,
             proven_login_name = ?18, last_request = ?19
         WHERE id = ?1 AND sequence = ?2
               AND NOT EXISTS (SELECT 1 FROM sessions AS other WHERE other.token_digest = ?3 AND other.id <> ?1)",
        session.id.as_str(),
        expected.as_i64(),
        digest.0.as_slice(),
        session.creator.as_str(),
        user.and_then(named_user_id),
        user.and_then(login_name),
        user.map(|user| user.named_at.unix_microseconds()),
        proof.map(|proof| proof.user_id.as_str()),
        proof.map(|proof| proof.organization.as_str()),
        proof.map(|proof| proof.checked_at.unix_microseconds()),
        session_metadata_text(&session.metadata),
        session.fingerprint_id(),
        session.user_agent.as_ref().map(user_agent_text),
        session.created_at.unix_microseconds(),
        session.changed_at.unix_microseconds(),
        session.sequence.as_i64(),
        session.expires_at.map(Timestamp::unix_microseconds),
        proof.and_then(proven_login_name),
        session.request.as_ref().map(SessionRequest::to_bytes),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

fn named_user_id(user: &SessionUser) -> Option<&str> {
    match &user.identity {
        LoginIdentity::UserId(id) => Some(id.as_str()),
        LoginIdentity::LoginName(_) => None,
    }
}

fn proven_login_name(proof: &PasswordProof) -> Option<&str> {
    proof.login_name.as_ref().map(LoginName::as_str)
}

fn login_name(user: &SessionUser) -> Option<&str> {
    match &user.identity {
        LoginIdentity::UserId(_) => None,
        LoginIdentity::LoginName(name) => Some(name.as_str()),
    }
}

#[derive(FromRow)]
pub(super) struct SessionRow {
    id: String,
    token_digest: Vec<u8>,
    creator_user_id: String,
    identity_user_id: Option<String>,
    identity_login_name: Option<String>,
    named_at: Option<i64>,
    user_id: Option<String>,
    organization_id: Option<String>,
    password_checked_at: Option<i64>,
    proven_login_name: Option<String>,
    metadata: String,
    fingerprint_id: Option<String>,
    user_agent: Option<String>,
    created_at: i64,
    changed_at: i64,
    sequence: i64,
    expires_at: Option<i64>,
    last_request: Option<Vec<u8>>,
}

impl SessionRow {
    fn identity(&self) -> Result<Option<LoginIdentity>, BoxError> {
        match (&self.identity_user_id, &self.identity_login_name) {
            (None, None) => Ok(None),
            (Some(id), None) => Ok(Some(LoginIdentity::UserId(UserId::new(id)?))),
            (None, Some(name)) => Ok(Some(LoginIdentity::LoginName(LoginName::new(name)?))),
            (Some(_), Some(_)) => Err("a session names its user twice".into()),
        }
    }

    fn proof(&self) -> Result<Option<PasswordProof>, BoxError> {
        match (&self.user_id, &self.organization_id, self.password_checked_at) {
            (None, None, None) => Ok(None),
            (Some(user_id), Some(organization), Some(checked_at)) => Ok(Some(PasswordProof {
                user_id: UserId::new(user_id)?,
                organization: OrganizationId::new(organization)?,
                login_name: self.proven_login_name.as_deref().map(LoginName::new).transpose()?,
                checked_at: Timestamp::from_unix_microseconds(checked_at)?,
            })),
            _ => Err("a proof is stored in part".into()),
        }
    }

    fn request(&self) -> Result<Option<SessionRequest>, BoxError> {
        let Some(bytes) = &self.last_request else {
            return Ok(None);
        };
        let request = SessionRequest::from_bytes(bytes).ok_or("digests of a request are incomplete")?;
        Ok(Some(request))
    }

    fn user(&self) -> Result<Option<SessionUser>, BoxError> {
        match (self.identity()?, self.named_at) {
            (None, None) => Ok(None),
            (Some(identity), Some(named_at)) => Ok(Some(SessionUser {
                identity,
                named_at: Timestamp::from_unix_microseconds(named_at)?,
                proof: self.proof()?,
            })),
            _ => Err("the user of a session is stored in part".into()),
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = BoxError;

    fn try_from(row: SessionRow) -> Result<Self, BoxError> {
        Ok(Self {
            user: row.user()?,
            request: row.request()?,
            id: SessionId::new(row.id)?,
            creator: UserId::new(row.creator_user_id)?,
            metadata: parse_session_metadata(&row.metadata)?,
            user_agent: row
                .user_agent
                .map(|text| parse_user_agent(&text, row.fingerprint_id))
                .transpose()?,
            created_at: Timestamp::from_unix_microseconds(row.created_at)?,
            changed_at: Timestamp::from_unix_microseconds(row.changed_at)?,
            sequence: Sequence::try_from(row.sequence)?,
            expires_at: row.expires_at.map(Timestamp::from_unix_microseconds).transpose()?,
        })
    }
}
