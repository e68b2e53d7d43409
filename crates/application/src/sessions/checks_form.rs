use unlockd_domain::{LoginIdentity, LoginName, PlainPassword, UserId};

use super::SessionChecks;
use crate::error::{Error, Violations};

/// `zitadel.session.v2.Checks` as a wire brings it. Not printable, since it may hold a password.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says whether a field of the message is set"
)]
pub struct ChecksForm {
    /// `user`, if it is set.
    pub user: Option<CheckUserForm>,
    /// `password.password`, if `password` is set.
    pub password: Option<String>,
    /// Whether `web_auth_n` is set.
    pub has_web_auth_n: bool,
    /// Whether `idp_intent` is set.
    pub has_idp_intent: bool,
    /// Whether `totp` is set.
    pub has_totp: bool,
    /// Whether `otp_sms` is set.
    pub has_otp_sms: bool,
    /// Whether `otp_email` is set.
    pub has_otp_email: bool,
}

/// `zitadel.session.v2.CheckUser`.
#[derive(Debug, Default)]
pub struct CheckUserForm {
    /// `user_id`, if it is set.
    pub user_id: Option<String>,
    /// `login_name`, if it is set.
    pub login_name: Option<String>,
}

/// Which fields of `zitadel.session.v2.RequestChallenges` are set.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChallengesForm {
    /// `web_auth_n`
    pub has_web_auth_n: bool,
    /// `otp_sms`
    pub has_otp_sms: bool,
    /// `otp_email`
    pub has_otp_email: bool,
}

impl ChecksForm {
    /// # Errors
    /// [`Error::Unimplemented`] when a check is asked for that unlockd does not make.
    pub(super) fn refuse_unknown(&self) -> Result<(), Error> {
        Error::refuse_fields(&[
            (self.has_web_auth_n, "checks.web_auth_n"),
            (self.has_idp_intent, "checks.idp_intent"),
            (self.has_totp, "checks.totp"),
            (self.has_otp_sms, "checks.otp_sms"),
            (self.has_otp_email, "checks.otp_email"),
        ])
    }

    /// The checks, from what is well formed, and notes of what is not.
    pub(super) fn parse(self, violations: &mut Violations) -> SessionChecks {
        SessionChecks {
            user: self.user.and_then(|user| user.parse(violations)),
            password: self
                .password
                .and_then(|password| violations.keep("checks.password.password", PlainPassword::typed(password))),
        }
    }
}

impl CheckUserForm {
    fn parse(self, violations: &mut Violations) -> Option<LoginIdentity> {
        match (self.user_id, self.login_name) {
            (Some(id), None) => violations
                .keep("checks.user.user_id", UserId::new(id))
                .map(LoginIdentity::UserId),
            (None, Some(name)) => violations
                .keep("checks.user.login_name", LoginName::new(name))
                .map(LoginIdentity::LoginName),
            (Some(_), Some(_)) | (None, None) => {
                violations.note("checks.user", "must have a user_id or a login_name");
                None
            }
        }
    }
}

impl ChallengesForm {
    /// # Errors
    /// [`Error::Unimplemented`] when a challenge is asked for: unlockd makes none.
    pub(super) fn refuse_all(self) -> Result<(), Error> {
        Error::refuse_fields(&[
            (self.has_web_auth_n, "challenges.web_auth_n"),
            (self.has_otp_sms, "challenges.otp_sms"),
            (self.has_otp_email, "challenges.otp_email"),
        ])
    }
}
