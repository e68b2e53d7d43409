use std::time::Duration;

use unlockd_domain::{PasswordReset, Permission, PlainPassword, User, UserDeleted, UserEventName, UserId, UserProfile};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;
use crate::ports::VerificationCode;

/// Makes a code by which a user's password can be replaced, in place of an earlier one, and hands it to the caller, who gets
/// it to the user by a way that proves who they are.
///
/// Codes are stored hashed, so a request that is repeated under its idempotency key cannot be answered with the first code. It
/// is answered with another one, which replaces the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPasswordReset {
    /// Whose password it is.
    pub user_id: UserId,
    /// Preconditions of the change. A key is accepted; see [`RequestPasswordReset`].
    pub safeguards: Safeguards,
}

/// A request for a code as a wire brings it: the fields of `zitadel.user.v3alpha.RequestPasswordResetRequest`.
#[derive(Debug, Default)]
pub struct RequestPasswordResetForm {
    /// `user_id`.
    pub user_id: IdForm,
    /// Whether `send_email` is set.
    pub has_send_email: bool,
    /// Whether `send_sms` is set.
    pub has_send_sms: bool,
    /// Whether `return_code` is set.
    pub has_return_code: bool,
    /// What makes it safe.
    pub safeguards: SafeguardsForm,
}

/// The outcome of [`RequestPasswordReset`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedPasswordReset {
    /// Where the user's history stands.
    pub details: Details,
    /// The code, told this once.
    pub code: VerificationCode,
}

impl RequestPasswordResetForm {
    /// The command.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when unlockd itself is to send the code, which is so when nothing is said; else
    /// [`Error::InvalidArgument`] with all that is wrong.
    pub fn parse(self) -> Result<RequestPasswordReset, Error> {
        let is_silent = !(self.has_return_code || self.has_send_sms);
        Error::refuse_fields(&[
            (self.has_send_email || is_silent, "send_email"),
            (self.has_send_sms, "send_sms"),
        ])?;
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", self.user_id.user_id());
        let safeguards = self.safeguards.parse(&mut violations);
        violations.finish(user_id.map(|user_id| RequestPasswordReset { user_id, safeguards }))
    }
}

impl RequestPasswordReset {
    /// How long a code works.
    pub const CODE_LIFETIME: Duration = Duration::from_mins(15);

    #[tracing::instrument(level = "debug", name = "application.request_password_reset", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<RequestedPasswordReset, Error> {
        // Hashing is dear: only for somebody who is there, and is the caller's to change.
        let reach = caller.require(Permission::UserWrite)?;
        let user = users.find_actionable(caller, &self.user_id, &reach).await?;
        let request = self
            .safeguards
            .request(|| RequestDigester::new("request_password_reset").field(self.user_id.as_str()));
        if request.is_none() {
            self.safeguards.check(&user)?;
        }
        let code = users.codes.generate();
        // Codes are short, so that they are kept as passwords are.
        let secret = PlainPassword::new(code.expose()).map_err(Error::internal)?;
        let code_hash = users.passwords.hash(secret).await?;
        let target = Target {
            user_id: &self.user_id,
            reach,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::PasswordResetRequested,
            request,
        };
        let decide = |user: &User, _: &UserProfile| {
            let now = users.clock.now();
            let reset = PasswordReset {
                code_hash: code_hash.clone(),
                expires_at: now.saturating_add(Self::CODE_LIFETIME),
                failed_attempts: 0,
            };
            user.request_password_reset(reset, caller.actor(), now)
                .map_err(|UserDeleted| Error::UserNotFound(user.id().clone()))
        };
        let mut requested = users.change(caller, target.clone(), decide).await?;
        if requested.replayed {
            // The code of the first answer is not stored: this answer's code replaces it.
            let again = Target {
                safeguards: &Safeguards::default(),
                request: None,
                ..target
            };
            requested = users.change(caller, again, decide).await?;
        }
        Ok(RequestedPasswordReset {
            details: requested.answer,
            code,
        })
    }
}
