use unlockd_domain::{LoginIdentity, PlainPassword, Session, SessionUser};

use super::Sessions;
use crate::authentication::Caller;
use crate::error::Error;
use crate::sign_in::PasswordAttempt;

/// What whoever signs in says and shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionChecks {
    /// Who they are.
    pub user: Option<LoginIdentity>,
    /// Their password.
    pub password: Option<PlainPassword>,
}

/// The outcome of checks.
#[derive(Default)]
pub(super) struct Checked {
    /// User who signs in.
    pub(super) user: Option<SessionUser>,
    /// True if the password was shown and must be changed.
    pub(super) password_change_required: bool,
}

impl SessionChecks {
    /// Who signs in with it, given who does so far. Naming somebody is free; only a password is checked.
    pub(super) async fn pass(
        self,
        sessions: &Sessions,
        caller: &Caller,
        before: Option<&SessionUser>,
    ) -> Result<Checked, Error> {
        let user = match (self.user, before) {
            (Some(identity), Some(before)) if identity != before.identity => {
                return Err(Error::invalid("checks.user", "must be the user that the session has"));
            }
            (_, Some(before)) => Some(before.clone()),
            (Some(identity), None) => Some(SessionUser {
                identity,
                named_at: sessions.clock.now(),
                proof: None,
            }),
            (None, None) => None,
        };
        let Some(password) = self.password else {
            return Ok(Checked {
                user,
                ..Checked::default()
            });
        };
        let Some(user) = user else {
            return Err(Error::invalid(
                "checks.user",
                "must be given: the session has no user yet",
            ));
        };
        let attempt = PasswordAttempt {
            identity: &user.identity,
            password: &password,
            actor: caller.actor(),
            source: caller.source(),
        };
        let proven = sessions.sign_in.check_password(attempt).await?;
        // A name may have gone to somebody else since.
        if user
            .proof
            .as_ref()
            .is_some_and(|before| before.user_id != proven.proof.user_id)
        {
            return Err(Error::InvalidCredentials);
        }
        Ok(Checked {
            user: Some(SessionUser {
                proof: Some(proven.proof),
                ..user
            }),
            password_change_required: proven.password_change_required,
        })
    }
}

/// Whether the session's user is still the one that the checks were made for.
pub(super) fn has_same_user(session: &Session, before: &Session) -> bool {
    let identity = |session: &Session| session.user.as_ref().map(|user| user.identity.clone());
    let is_same_proof = match (session.proof(), before.proof()) {
        (Some(proof), Some(before)) => proof.user_id == before.user_id,
        (Some(_) | None, Some(_) | None) => true,
    };
    identity(session) == identity(before) && is_same_proof
}
