use std::collections::BTreeMap;
use std::time::Duration;

use unlockd_domain::{Permission, Session, SessionId, SessionMetadata, SessionRequest, SessionUser};

use super::access::{Access, Parties, UsableSession};
use super::checks::has_same_user;
use super::create_session::parse_lifetime;
use super::get_session::parse_token;
use super::repetition::{self, is_repeated};
use super::{ChallengesForm, ChecksForm, SessionChecks, SessionDetails, Sessions, begun};
use crate::authentication::Caller;
use crate::duration_form::DurationForm;
use crate::error::{Error, Violations};
use crate::idempotency::{IdempotencyKey, RequestDigester};
use crate::ports::{SecretToken, WriteSessionError};
use crate::users::{IdForm, MAX_ATTEMPTS, Outcome, SafeguardsForm};

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
    /// The idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
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
    /// The idempotency key. Sessions have no precondition.
    pub safeguards: SafeguardsForm,
}

/// The outcome of [`SetSession`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdatedSession {
    /// What the session is used by from now on.
    pub token: SecretToken,
    /// Where it stands.
    pub details: SessionDetails,
    /// True if the user must change the password before the session can be used for anything else.
    pub password_change_required: bool,
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
        let idempotency_key = self.safeguards.parse_key(&mut violations);
        violations.finish(id.map(|id| SetSession {
            id,
            token: parse_token(Some(self.session_token)),
            checks,
            metadata: self.metadata,
            lifetime,
            idempotency_key,
        }))
    }
}

impl SetSession {
    #[tracing::instrument(level = "debug", name = "application.set_session", skip_all, fields(session.id = %self.id))]
    pub(super) async fn execute(self, sessions: &Sessions, caller: &Caller) -> Result<Outcome<UpdatedSession>, Error> {
        caller.require_unrestricted()?;
        let lifetime = self
            .lifetime
            .map(|lifetime| sessions.lifetimes.bounded(lifetime))
            .transpose()?;
        let request = self.request(caller);
        let access = Access {
            caller,
            token: self.token.as_ref(),
            request: request.as_ref(),
            permission: Permission::SessionWrite,
            parties: Parties::None,
            takes_over: self.checks.password.is_none(),
        };
        let UsableSession {
            session: before,
            mut digest,
            mut password_change_required,
        } = sessions.usable_session(&self.id, &access).await?;
        let has_checks = self.checks != SessionChecks::default();
        let shows_password = self.checks.password.is_some();
        let checks = self.checks.clone();
        let checked = checks.pass(sessions, caller, before.user.as_ref()).await?;
        let mut current = before.clone();
        for _ in 0..MAX_ATTEMPTS {
            let user = match &checked.user {
                Some(named) if !shows_password => Some(SessionUser {
                    proof: current.proof().cloned(),
                    ..named.clone()
                }),
                Some(proven) => Some(proven.clone()),
                None => current.user.clone(),
            };
            let is_repeated = is_repeated(request.as_ref(), &current)?;
            let next = if is_repeated {
                current.clone()
            } else {
                let request = request.map(|request| SessionRequest {
                    replaced_token: Some(digest),
                    ..request
                });
                let advanced = self.advance(&current, user, lifetime, sessions)?;
                Session { request, ..advanced }
            };
            let token = sessions.tokens.issue_session_token();
            let event = if current.proof().is_none() {
                begun(&next, caller)
            } else {
                None
            };
            let new_digest = sessions.tokens.digest(&token);
            let replaced = sessions
                .store
                .replace(&next, &new_digest, current.sequence, event.as_ref());
            match replaced.await {
                Ok(()) => {
                    if let Some(proof) = next.proof() {
                        // The old token is remembered with its user.
                        sessions.callers.forget(&proof.user_id);
                    }
                    let updated = UpdatedSession {
                        token,
                        details: SessionDetails::from(&next),
                        password_change_required: if shows_password {
                            checked.password_change_required
                        } else {
                            password_change_required
                        },
                    };
                    return Ok(if is_repeated {
                        Outcome::replayed(updated)
                    } else {
                        Outcome::new(updated)
                    });
                }
                Err(WriteSessionError::PasswordChanged) if shows_password => return Err(Error::InvalidCredentials),
                // The session has ended with the old password, unless it is the one that was kept.
                Err(WriteSessionError::Conflict | WriteSessionError::PasswordChanged) => {}
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
            let usable = sessions.usable_session(&self.id, &access).await?;
            (current, digest) = (usable.session, usable.digest);
            password_change_required = usable.password_change_required;
            if has_checks && !has_same_user(&current, &before) {
                return Err(Error::invalid("checks.user", "must be the user that the session has"));
            }
        }
        Err(Error::Overloaded(None))
    }

    fn request(&self, caller: &Caller) -> Option<SessionRequest> {
        // A repetition may have the entries in another order.
        let entries: BTreeMap<_, _> = self.metadata.iter().map(|(key, value)| (key, value)).collect();
        let metadata = entries
            .into_iter()
            .fold(RequestDigester::new("metadata"), |digester, (key, value)| {
                digester.field(key).field(value)
            });
        let digester = repetition::digester("set_session", &self.checks, metadata.finish().0, self.lifetime)
            .field(self.id.as_str());
        repetition::request(caller, self.idempotency_key.as_ref(), digester)
    }

    fn advance(
        &self,
        session: &Session,
        user: Option<SessionUser>,
        lifetime: Option<Duration>,
        sessions: &Sessions,
    ) -> Result<Session, Error> {
        let now = sessions.clock.now();
        let metadata = session
            .metadata
            .clone()
            .with(self.metadata.clone())
            .map_err(|problem| Error::invalid("metadata", problem))?;
        let expires_at = match lifetime {
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
