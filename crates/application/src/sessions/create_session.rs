use std::time::Duration;

use unlockd_domain::{Permission, Reach, Sequence, Session, SessionId, SessionMetadata, UserAgent, UserAgentFields};

use super::{ChallengesForm, ChecksForm, SessionChecks, SessionDetails, Sessions, begun};
use crate::authentication::Caller;
use crate::duration_form::DurationForm;
use crate::error::{Error, Violations};
use crate::ports::{SecretToken, WriteSessionError};
use crate::users::SafeguardsForm;

/// Begins a session, for somebody who signs in now or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSession {
    /// What whoever signs in says and shows.
    pub checks: SessionChecks,
    /// What the caller notes.
    pub metadata: SessionMetadata,
    /// What it is done with.
    pub user_agent: Option<UserAgent>,
    /// Lifetime; without one, that of [`SessionLifetimes`](super::SessionLifetimes).
    pub lifetime: Option<Duration>,
}

/// `zitadel.session.v2.CreateSessionRequest` as a wire brings it. Not printable, since it may hold a password.
#[derive(Default)]
pub struct CreateSessionForm {
    /// `checks`
    pub checks: ChecksForm,
    /// `metadata`
    pub metadata: Vec<(String, Vec<u8>)>,
    /// `challenges`
    pub challenges: ChallengesForm,
    /// `user_agent`, if it is set.
    pub user_agent: Option<UserAgentFields>,
    /// `lifetime`, if it is set.
    pub lifetime: Option<DurationForm>,
    /// What would make it safe to repeat; sessions know none of it.
    pub safeguards: SafeguardsForm,
}

/// The outcome of [`CreateSession`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedSession {
    /// What the session is called.
    pub id: SessionId,
    /// What it is used by, until it changes.
    pub token: SecretToken,
    /// Where it stands.
    pub details: SessionDetails,
    /// True if the user must change the password before the session can be used for anything else.
    pub password_change_required: bool,
}

impl CreateSessionForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when something is asked for that unlockd does not do; else [`Error::InvalidArgument`] with all
    /// that is wrong, in the order of the proto's fields.
    pub fn parse(self) -> Result<CreateSession, Error> {
        self.checks.refuse_unknown()?;
        self.challenges.refuse_all()?;
        let mut violations = Violations::default();
        let checks = self.checks.parse(&mut violations);
        if checks.password.is_some() && checks.user.is_none() {
            violations.note("checks.user", "must be given with a password");
        }
        let metadata = violations.keep("metadata", SessionMetadata::default().with(self.metadata));
        let user_agent = self
            .user_agent
            .and_then(|fields| violations.keep("user_agent", UserAgent::new(fields)));
        let lifetime = parse_lifetime(self.lifetime, &mut violations);
        self.safeguards.refuse(&mut violations);
        violations.finish(metadata.map(|metadata| CreateSession {
            checks,
            metadata,
            user_agent,
            lifetime,
        }))
    }
}

pub(super) fn parse_lifetime(form: Option<DurationForm>, violations: &mut Violations) -> Option<Duration> {
    let lifetime = violations.keep("lifetime", form?)?;
    if lifetime.is_zero() {
        violations.note("lifetime", "must be longer than 0");
    }
    Some(lifetime)
}

impl CreateSession {
    #[tracing::instrument(level = "debug", name = "application.create_session", skip_all)]
    pub(super) async fn execute(self, sessions: &Sessions, caller: &Caller) -> Result<CreatedSession, Error> {
        match caller.require(Permission::SessionWrite)? {
            Reach::Instance => {}
            Reach::Organizations(_) | Reach::Nothing => return Err(Error::PermissionDenied),
        }
        let lifetime = sessions.lifetimes.lifetime(self.lifetime)?;
        let checked = self.checks.pass(sessions, caller, None).await?;
        let now = sessions.clock.now();
        let session = Session {
            id: SessionId::new(sessions.ids.generate()).map_err(Error::internal)?,
            creator: caller.user_id().clone(),
            user: checked.user,
            metadata: self.metadata,
            user_agent: self.user_agent,
            created_at: now,
            changed_at: now,
            sequence: Sequence::FIRST,
            expires_at: Some(now.saturating_add(lifetime)),
        };
        let token = sessions.tokens.issue_session_token();
        let (digest, event) = (sessions.tokens.digest(&token), begun(&session, caller));
        match sessions.store.create(&session, &digest, event.as_ref()).await {
            Ok(()) => Ok(CreatedSession {
                details: SessionDetails::from(&session),
                id: session.id,
                token,
                password_change_required: checked.password_change_required,
            }),
            // The user was deleted, or the password replaced, after the sign-in.
            Err(WriteSessionError::UserNotFound | WriteSessionError::PasswordChanged) => Err(Error::InvalidCredentials),
            Err(error @ WriteSessionError::Conflict) => Err(Error::internal(error)),
            Err(WriteSessionError::Store(error)) => Err(error.into()),
        }
    }
}
