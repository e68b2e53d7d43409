use sqlx::Error;
use time::OffsetDateTime;
use unlockd_application::text_forms::{
    parse_session_metadata, parse_user_agent, session_metadata_text, user_agent_text,
};
use unlockd_domain::{
    LoginIdentity, LoginName, OrganizationId, PasswordProof, Sequence, Session, SessionId, SessionRequest, SessionUser,
    UserAgent, UserId,
};

use crate::error::corrupt;
use crate::user_row::timestamp;

/// The columns of `sessions` that make a [`Session`].
#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    pub(crate) id: String,
    pub(crate) creator_user_id: String,
    pub(crate) identity_user_id: Option<String>,
    pub(crate) identity_login_name: Option<String>,
    pub(crate) named_at: Option<OffsetDateTime>,
    pub(crate) user_id: Option<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) password_checked_at: Option<OffsetDateTime>,
    pub(crate) proven_login_name: Option<String>,
    pub(crate) metadata: String,
    pub(crate) fingerprint_id: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) changed_at: OffsetDateTime,
    pub(crate) sequence: i64,
    pub(crate) expires_at: Option<OffsetDateTime>,
    pub(crate) last_request: Option<Vec<u8>>,
}

impl TryFrom<SessionRow> for Session {
    type Error = Error;

    fn try_from(row: SessionRow) -> Result<Self, Error> {
        Ok(Self {
            user: row.user()?,
            user_agent: row.user_agent()?,
            request: row.request()?,
            id: SessionId::new(row.id).map_err(corrupt)?,
            creator: UserId::new(row.creator_user_id).map_err(corrupt)?,
            metadata: parse_session_metadata(&row.metadata).map_err(corrupt)?,
            created_at: timestamp(row.created_at)?,
            changed_at: timestamp(row.changed_at)?,
            sequence: Sequence::try_from(row.sequence).map_err(corrupt)?,
            expires_at: row.expires_at.map(timestamp).transpose()?,
        })
    }
}

impl SessionRow {
    fn user(&self) -> Result<Option<SessionUser>, Error> {
        let identity = match (self.identity_user_id.clone(), self.identity_login_name.clone()) {
            (Some(id), None) => LoginIdentity::UserId(UserId::new(id).map_err(corrupt)?),
            (None, Some(name)) => LoginIdentity::LoginName(LoginName::new(name).map_err(corrupt)?),
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(corrupt("a session of two identities")),
        };
        let named_at = self.named_at.ok_or_else(|| corrupt("an identity without its moment"))?;
        Ok(Some(SessionUser {
            identity,
            named_at: timestamp(named_at)?,
            proof: self.proof()?,
        }))
    }

    fn proof(&self) -> Result<Option<PasswordProof>, Error> {
        let columns = (
            self.user_id.clone(),
            self.organization_id.clone(),
            self.password_checked_at,
        );
        let (Some(user_id), Some(organization), Some(checked_at)) = columns else {
            return Ok(None);
        };
        Ok(Some(PasswordProof {
            user_id: UserId::new(user_id).map_err(corrupt)?,
            organization: OrganizationId::new(organization).map_err(corrupt)?,
            login_name: self
                .proven_login_name
                .clone()
                .map(LoginName::new)
                .transpose()
                .map_err(corrupt)?,
            checked_at: timestamp(checked_at)?,
        }))
    }

    fn request(&self) -> Result<Option<SessionRequest>, Error> {
        let Some(bytes) = &self.last_request else {
            return Ok(None);
        };
        let request =
            SessionRequest::from_bytes(bytes).ok_or_else(|| corrupt("digests of a request are incomplete"))?;
        Ok(Some(request))
    }

    fn user_agent(&self) -> Result<Option<UserAgent>, Error> {
        let text = self.user_agent.as_deref();
        let user_agent = text.map(|text| parse_user_agent(text, self.fingerprint_id.clone()));
        user_agent.transpose().map_err(corrupt)
    }
}

/// A session as its columns: the [`SessionRow`] of what is to be written.
pub(crate) struct SessionColumns<'a> {
    pub(crate) identity_user_id: Option<&'a str>,
    pub(crate) identity_login_name: Option<&'a str>,
    pub(crate) named_at: Option<OffsetDateTime>,
    pub(crate) user_id: Option<&'a str>,
    pub(crate) organization_id: Option<&'a str>,
    pub(crate) password_checked_at: Option<OffsetDateTime>,
    pub(crate) proven_login_name: Option<&'a str>,
    pub(crate) metadata: String,
    pub(crate) user_agent: Option<String>,
    pub(crate) last_request: Option<Vec<u8>>,
}

impl<'a> SessionColumns<'a> {
    pub(crate) fn of(session: &'a Session) -> Self {
        let (user, proof) = (session.user.as_ref(), session.proof());
        let (identity_user_id, identity_login_name) = match user.map(|user| &user.identity) {
            Some(LoginIdentity::UserId(id)) => (Some(id.as_str()), None),
            Some(LoginIdentity::LoginName(name)) => (None, Some(name.as_str())),
            None => (None, None),
        };
        Self {
            identity_user_id,
            identity_login_name,
            named_at: user.map(|user| user.named_at.date_time()),
            user_id: proof.map(|proof| proof.user_id.as_str()),
            organization_id: proof.map(|proof| proof.organization.as_str()),
            password_checked_at: proof.map(|proof| proof.checked_at.date_time()),
            proven_login_name: proof.and_then(|proof| proof.login_name.as_ref()).map(LoginName::as_str),
            metadata: session_metadata_text(&session.metadata),
            user_agent: session.user_agent.as_ref().map(user_agent_text),
            last_request: session.request.as_ref().map(SessionRequest::to_bytes),
        }
    }
}
