//! What whoever signs in says and shows, from messages.

use unlockd_application::sessions::{ChallengesForm, CheckUserForm, ChecksForm};
use unlockd_proto::zitadel::session::v2::check_user::Search;
use unlockd_proto::zitadel::session::v2::{CheckUser, Checks, RequestChallenges};

/// `zitadel.session.v2.Checks`; none, if there are none.
pub(super) fn form(checks: Option<Checks>) -> ChecksForm {
    let checks = checks.unwrap_or_default();
    ChecksForm {
        user: checks.user.map(user),
        password: checks.password.map(|check| check.password),
        has_web_auth_n: checks.web_auth_n.is_some(),
        has_idp_intent: checks.idp_intent.is_some(),
        has_totp: checks.totp.is_some(),
        has_otp_sms: checks.otp_sms.is_some(),
        has_otp_email: checks.otp_email.is_some(),
    }
}

fn user(CheckUser { search }: CheckUser) -> CheckUserForm {
    let (user_id, login_name) = match search {
        Some(Search::UserId(user_id)) => (Some(user_id), None),
        Some(Search::LoginName(login_name)) => (None, Some(login_name)),
        None => (None, None),
    };
    CheckUserForm { user_id, login_name }
}

/// `zitadel.session.v2.RequestChallenges`; none, if there are none.
pub(super) fn challenges(challenges: Option<RequestChallenges>) -> ChallengesForm {
    let challenges = challenges.unwrap_or_default();
    ChallengesForm {
        has_web_auth_n: challenges.web_auth_n.is_some(),
        has_otp_sms: challenges.otp_sms.is_some(),
        has_otp_email: challenges.otp_email.is_some(),
    }
}
