use std::time::Duration;

use unlockd_domain::{
    Permission, Reach, Sequence, Session, SessionId, SessionMetadata, SessionRequest, UserAgent, UserAgentFields,
};

use super::checks::has_same_user;
use super::repetition::{self, is_repeated};
use super::{ChallengesForm, ChecksForm, SessionChecks, SessionDetails, Sessions, begun};
use crate::authentication::Caller;
use crate::duration_form::DurationForm;
use crate::error::{Error, Violations};
use crate::idempotency::IdempotencyKey;
use crate::ports::{SecretToken, WriteSessionError};
use crate::text_forms::{session_metadata_text, user_agent_text};
use crate::users::{MAX_ATTEMPTS, Outcome, SafeguardsForm};

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
    /// The idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
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
    /// The idempotency key. Sessions have no precondition.
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
        let idempotency_key = self.safeguards.parse_key(&mut violations);
        violations.finish(metadata.map(|metadata| CreateSession {
            checks,
            metadata,
            user_agent,
            lifetime,
            idempotency_key,
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
    pub(super) async fn execute(self, sessions: &Sessions, caller: &Caller) -> Result<Outcome<CreatedSession>, Error> {
        match caller.require(Permission::SessionWrite)? {
            Reach::Instance => {}
            Reach::Organizations(_) | Reach::Nothing => return Err(Error::PermissionDenied),
        }
        let request = self.request(caller);
        let id = match &request {
            Some(request) => repetition::session_id(request)?,
            None => SessionId::new(sessions.ids.generate()).map_err(Error::internal)?,
        };
        let lifetime = sessions.lifetimes.lifetime(self.lifetime)?;
        let checked = self.checks.pass(sessions, caller, None).await?;
        let now = sessions.clock.now();
        let session = Session {
            id,
            creator: caller.user_id().clone(),
            user: checked.user,
            metadata: self.metadata,
            user_agent: self.user_agent,
            created_at: now,
            changed_at: now,
            sequence: Sequence::FIRST,
            expires_at: Some(now.saturating_add(lifetime)),
            request,
        };
        let event = begun(&session, caller);
        for _ in 0..MAX_ATTEMPTS {
            let token = sessions.tokens.issue_session_token();
            let digest = sessions.tokens.digest(&token);
            let (written, session, is_repeated) = match sessions.store.create(&session, &digest, event.as_ref()).await {
                Err(WriteSessionError::Conflict) if request.is_some() => {
                    let Some(first) = repeated(sessions, &session).await? else {
                        continue;
                    };
                    let replaced = sessions.store.replace(&first, &digest, first.sequence, None).await;
                    if let Some(proof) = first.proof() {
                        // The first token does not work any more.
                        sessions.callers.forget(&proof.user_id);
                    }
                    (replaced, first, true)
                }
                written => (written, session.clone(), false),
            };
            match written {
                Ok(()) => {
                    let created = CreatedSession {
                        details: SessionDetails::from(&session),
                        id: session.id,
                        token,
                        password_change_required: checked.password_change_required,
                    };
                    return Ok(if is_repeated {
                        Outcome::replayed(created)
                    } else {
                        Outcome::new(created)
                    });
                }
                // The user was deleted, or the password replaced, after the sign-in.
                Err(WriteSessionError::UserNotFound | WriteSessionError::PasswordChanged) => {
                    return Err(Error::InvalidCredentials);
                }
                Err(WriteSessionError::Conflict) if is_repeated => {}
                Err(error @ WriteSessionError::Conflict) => return Err(Error::internal(error)),
                Err(WriteSessionError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }

    fn request(&self, caller: &Caller) -> Option<SessionRequest> {
        let metadata = session_metadata_text(&self.metadata);
        let user_agent = self.user_agent.as_ref();
        let digester = repetition::digester("create_session", &self.checks, metadata, self.lifetime)
            .optional(user_agent.map(user_agent_text))
            .optional(user_agent.and_then(|user_agent| user_agent.fields().fingerprint_id.as_deref()));
        repetition::request(caller, self.idempotency_key.as_ref(), digester)
    }
}

/// The session that the request created before; none if it has just ended.
async fn repeated(sessions: &Sessions, session: &Session) -> Result<Option<Session>, Error> {
    let Some((first, _)) = sessions.store.find(&session.id).await? else {
        return Ok(None);
    };
    let is_same = is_repeated(session.request.as_ref(), &first)? && has_same_user(&first, session);
    // Another request has changed the session since, or the name belongs to another user now.
    if is_same {
        Ok(Some(first))
    } else {
        Err(Error::IdempotencyKeyReused)
    }
}
