//! The use cases of `zitadel.session.v2.SessionService`, one file each.

mod access;
mod checks;
mod checks_form;
mod create_session;
mod delete_session;
mod get_session;
mod lifetimes;
mod list_sessions;
mod repetition;
mod set_session;

use std::sync::Arc;

use async_trait::async_trait;
use unlockd_domain::{ActivityEvent, ActivityKind, OrganizationId, Session, Timestamp};

pub use checks::SessionChecks;
pub use checks_form::{ChallengesForm, CheckUserForm, ChecksForm};
pub use create_session::{CreateSession, CreateSessionForm, CreatedSession};
pub use delete_session::DeleteSession;
pub use get_session::GetSession;
pub use lifetimes::SessionLifetimes;
pub use list_sessions::{ListSessions, ListSessionsForm, SessionList, SessionSearchQueryForm, UserCondition};
pub use set_session::{SetSession, SetSessionForm, UpdatedSession};

use crate::authentication::{Caller, RememberedCallers};
use crate::error::Error;
use crate::ports::{Clock, IdGenerator, SessionStore, TokenIssuer, UserStore};
use crate::services::SessionService;
use crate::sign_in::SignIn;
use crate::users::Outcome;

/// The use cases about sessions, on the ports they need.
#[derive(Clone)]
pub struct Sessions {
    /// Where sessions are kept.
    pub store: Arc<dyn SessionStore>,
    /// Where users are kept.
    pub users: Arc<dyn UserStore>,
    /// Default and maximum lifetime.
    pub lifetimes: SessionLifetimes,
    /// Checking of passwords.
    pub sign_in: Arc<SignIn>,
    /// Who remembers callers, and has to forget those whose tokens have changed.
    pub callers: Arc<dyn RememberedCallers>,
    /// Making of session tokens.
    pub tokens: Arc<dyn TokenIssuer>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Ids of sessions.
    pub ids: Arc<dyn IdGenerator>,
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDetails {
    /// How many times it was written; 0 for one that is gone.
    pub sequence: u64,
    /// When it was changed the last time.
    pub change_date: Timestamp,
    /// The organization of the user who has shown their password.
    pub resource_owner: Option<OrganizationId>,
}

impl From<&Session> for SessionDetails {
    fn from(session: &Session) -> Self {
        Self {
            sequence: session.sequence.get(),
            change_date: session.changed_at,
            resource_owner: session.proof().map(|proof| proof.organization.clone()),
        }
    }
}

/// The event of a session in which the caller has just had a password proven.
fn begun(session: &Session, caller: &Caller) -> Option<ActivityEvent> {
    let proof = session.proof()?;
    let kind = ActivityKind::SessionBegun(session.id.clone());
    Some(caller.activity(kind, &proof.user_id, &proof.organization, session.changed_at))
}

#[async_trait]
impl SessionService for Sessions {
    async fn create_session(&self, caller: &Caller, command: CreateSession) -> Result<Outcome<CreatedSession>, Error> {
        command.execute(self, caller).await
    }

    async fn get_session(&self, caller: &Caller, query: GetSession) -> Result<Session, Error> {
        query.execute(self, caller).await
    }

    async fn set_session(&self, caller: &Caller, command: SetSession) -> Result<Outcome<UpdatedSession>, Error> {
        command.execute(self, caller).await
    }

    async fn delete_session(&self, caller: &Caller, command: DeleteSession) -> Result<SessionDetails, Error> {
        command.execute(self, caller).await
    }

    async fn list_sessions(&self, caller: &Caller, query: ListSessions) -> Result<SessionList, Error> {
        query.execute(self, caller).await
    }
}
