use std::time::Duration;

use unlockd_domain::{Permission, Session, SessionId, SessionMetadata, SessionUser, Source};

use super::access::{Access, Parties};
use super::checks::has_same_user;
use super::create_session::parse_lifetime;
use super::get_session::parse_token;
use super::{ChallengesForm, ChecksForm, SessionChecks, SessionDetails, Sessions};
use crate::authentication::Caller;
use crate::duration_form::DurationForm;
use crate::error::{Error, Violations};
use crate::ports::{SecretToken, WriteSessionError};
use crate::users::{IdForm, MAX_ATTEMPTS, SafeguardsForm};

/// Goes on with a session. Its token changes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSession {
    /// Which one.
    pub id: SessionId,
    /// Its token, by which anybody may go on with it.
    pub token: Option<SecretToken>,
    /// What whoever signs in says and shows.
    pub checks: SessionChecks,
    /// What the caller notes; an empty value takes a note away.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// How long it lasts from now on; as before without.
    pub lifetime: Option<Duration>,
    /// Where the request comes from.
    pub source: Option<Source>,
}

/// `zitadel.session.v2.SetSessionRequest` as a wire brings it. Not printable, since it may hold a password.
#[derive(Default)]
pub struct SetSessionForm {
    /// `session_id`
    pub session_id: IdForm,
    /// `session_token`; empty when it is not set.
    pub session_token: String,
    /// `checks`
    pub checks: ChecksForm,
    /// `metadata`
    pub metadata: Vec<(String, Vec<u8>)>,
    /// `challenges`
    pub challenges: ChallengesForm,
    /// `lifetime`, if it is set.
    pub lifetime: Option<DurationForm>,
    /// Where the request comes from.
    pub source: Option<Source>,
    /// What would make it safe to repeat; sessions know none of it.
    pub safeguards: SafeguardsForm,
}

/// The outcome of [`SetSession`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdatedSession {
    /// What the session is used by from now on.
    pub token: SecretToken,
    /// Where it stands.
    pub details: SessionDetails,
}

impl SetSessionForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when something is asked for that unlockd does not do; else [`Error::InvalidArgument`] with all
    /// that is wrong, in the order of the proto's fields.
    pub fn parse(self) -> Result<SetSession, Error> {
        self.checks.refuse_unknown()?;
        self.challenges.refuse_all()?;
        let mut violations = Violations::default();
        let id = violations.keep("session_id", self.session_id.id(SessionId::new));
        let checks = self.checks.parse(&mut violations);
        // Whether there will be too many is known with those that are there.
        violations.keep("metadata", SessionMetadata::default().with(self.metadata.clone()));
        let lifetime = parse_lifetime(self.lifetime, &mut violations);
        self.safeguards.refuse(&mut violations);
        violations.finish(id.map(|id| SetSession {
            id,
            token: parse_token(Some(self.session_token)),
            checks,
            metadata: self.metadata,
            lifetime,
            source: self.source,
        }))
    }
}

impl SetSession {
    #[tracing::instrument(level = "debug", name = "application.set_session", skip_all, fields(session.id = %self.id))]
    pub(super) async fn execute(self, sessions: &Sessions, caller: &Caller) -> Result<UpdatedSession, Error> {
        let access = Access {
            caller,
            token: self.token.as_ref(),
            permission: Permission::SessionWrite,
            parties: Parties::None,
            takes_over: self.checks.password.is_none(),
        };
        let before = sessions.usable_session(&self.id, &access).await?;
        let has_checks = self.checks != SessionChecks::default();
        let checks = self.checks.clone();
        let checked = checks
            .pass(sessions, caller, self.source.as_ref(), before.user.as_ref())
            .await?;
        let mut current = before.clone();
        for _ in 0..MAX_ATTEMPTS {
            let user = if has_checks { &checked } else { &current.user };
            let next = self.advance(&current, user.clone(), sessions)?;
            let token = sessions.tokens.issue_session_token();
            let digest = sessions.tokens.digest(&token);
            match sessions.store.replace(&next, &digest, current.sequence).await {
                Ok(()) => {
                    if let Some(proof) = next.proof() {
                        // The old token is remembered with its user.
                        sessions.callers.forget(&proof.user_id);
                    }
                    return Ok(UpdatedSession {
                        token,
                        details: SessionDetails::from(&next),
                    });
                }
                Err(WriteSessionError::Conflict) => {}
                Err(WriteSessionError::UserNotFound) => return Err(Error::InvalidCredentials),
                Err(WriteSessionError::Store(error)) => {
                    if let Some(proof) = next.proof() {
                        // It may be written all the same.
                        sessions.callers.doubt(&proof.user_id);
                    }
                    return Err(error.into());
                }
            }
            // Whoever came by the token has lost it to the other change, and is told so here.
            current = sessions.usable_session(&self.id, &access).await?;
            if has_checks && !has_same_user(&current, &before) {
                return Err(Error::invalid("checks.user", "must be the user that the session has"));
            }
        }
        Err(Error::Overloaded(None))
    }

    fn advance(&self, session: &Session, user: Option<SessionUser>, sessions: &Sessions) -> Result<Session, Error> {
        let now = sessions.clock.now();
        let metadata = session
            .metadata
            .clone()
            .with(self.metadata.clone())
            .map_err(|problem| Error::invalid("metadata", problem))?;
        let expires_at = match self.lifetime {
            Some(lifetime) => Some(now.saturating_add(lifetime)),
            None => session.expires_at,
        };
        Ok(Session {
            user,
            metadata,
            expires_at,
            ..session.clone()
        }
        .advanced(now))
    }
}
