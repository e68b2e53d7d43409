use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{
    ActivityEvent, Grants, OrganizationId, Sequence, Session, SessionId, Timestamp, TokenDigest, User, UserId,
};

use super::{SortDirection, StoreError};

/// Sessions, each with the digest of its token, which changes with the session. They end with the user who has shown their
/// password, see [`ProfileEdit::Erase`](unlockd_domain::ProfileEdit::Erase), and with the password that was shown, see
/// [`ProfileEdit::ReplacePassword`](unlockd_domain::ProfileEdit::ReplacePassword).
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Writes a new session, and with it the event. MUST write nothing and answer [`WriteSessionError::Conflict`] when the id or the digest is in
    /// use, and [`WriteSessionError::UserNotFound`] when the user of the session's proof is absent or deleted.
    /// MUST write nothing and answer [`WriteSessionError::PasswordChanged`] when the user's password is newer than the proof,
    /// also while the password is being replaced: so no session outlives the password that was shown in it.
    async fn create(
        &self,
        session: &Session,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError>;

    /// Replaces session and digest, and writes the event, if the stored session's sequence is still the expected one. Otherwise, and when the
    /// session is absent, it MUST write nothing and answer [`WriteSessionError::Conflict`]; so of any number of parallel
    /// writes on one sequence exactly one succeeds. [`WriteSessionError::UserNotFound`] and
    /// [`WriteSessionError::PasswordChanged`] as for [`SessionStore::create`].
    async fn replace(
        &self,
        session: &Session,
        digest: &TokenDigest,
        expected: Sequence,
        event: Option<&ActivityEvent>,
    ) -> Result<(), WriteSessionError>;

    /// The session and the digest of its token. MUST be `None` for one that is absent or was deleted. Expired sessions are
    /// found: the caller has the clock.
    async fn find(&self, id: &SessionId) -> Result<Option<(Session, TokenDigest)>, StoreError>;

    /// The session that has this digest, with the user of its proof in whatever state they are, and what they are granted,
    /// read at one moment. MUST be `None` for an unknown digest, and for a session without a proof.
    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<SessionHolder>, StoreError>;

    /// The sessions that the query describes, and how many there are without its limit and offset, both at one moment, by
    /// the time of their beginning and then by id, both in the query's direction.
    async fn list(&self, query: &SessionQuery) -> Result<SessionPage, StoreError>;

    /// Ends the session for ever, and writes the event with it. MUST answer whether there was one, and write nothing when
    /// there was none.
    async fn delete(&self, id: &SessionId, event: Option<&ActivityEvent>) -> Result<bool, StoreError>;

    /// Deletes sessions that have expired, and those that are [abandoned](Session::is_abandoned), at most so many; answers how
    /// many.
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;
}

/// A session and whom its token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionHolder {
    /// The session.
    pub session: Session,
    /// The user of its proof.
    pub user: User,
    /// What the user may do.
    pub grants: Grants,
    /// True if the user must change the password; false for a user without one.
    pub password_change_required: bool,
}

/// Which sessions are asked for: those that fit everything that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionQuery {
    /// Whose sessions may be seen; a part of the question, so that nothing leaks through counts.
    pub visibility: SessionVisibility,
    /// Those of these ids.
    pub ids: Option<Vec<SessionId>>,
    /// Those whose proof is of this user.
    pub user_id: Option<UserId>,
    /// The present: sessions that have expired are not found.
    pub now: Timestamp,
    /// In which direction.
    pub direction: SortDirection,
    /// How many to leave out at the beginning.
    pub offset: u64,
    /// How many at most.
    pub limit: u32,
}

/// Whose sessions may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionVisibility {
    /// All.
    Instance,
    /// Those that fit one of these.
    Restricted {
        /// Those with a proof of a user of these organizations.
        organizations: Vec<OrganizationId>,
        /// Those that this user began, and those with a proof of this user.
        user_id: UserId,
        /// Those of the user agent with this fingerprint.
        fingerprint_id: Option<String>,
    },
}

/// Sessions, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPage {
    /// How many fit.
    pub total: u64,
    /// Those within limit and offset.
    pub sessions: Vec<Session>,
}

/// Why a session was not written.
#[derive(Debug, Error)]
pub enum WriteSessionError {
    /// The session has changed since it was read, or its id or token is in use.
    #[error("the session has changed meanwhile")]
    Conflict,
    /// The user of the proof does not exist, or is deleted.
    #[error("the user does not exist")]
    UserNotFound,
    /// The user's password was replaced after it was shown in the session.
    #[error("the password has changed meanwhile")]
    PasswordChanged,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SessionVisibility {
    /// Whether the session may be seen: what stores say in their own language.
    #[must_use]
    pub fn covers(&self, session: &Session) -> bool {
        match self {
            Self::Instance => true,
            Self::Restricted {
                organizations,
                user_id,
                fingerprint_id,
            } => {
                let proof = session.proof();
                session.creator == *user_id
                    || proof
                        .is_some_and(|proof| proof.user_id == *user_id || organizations.contains(&proof.organization))
                    || (fingerprint_id.is_some() && fingerprint_id.as_deref() == session.fingerprint_id())
            }
        }
    }
}
