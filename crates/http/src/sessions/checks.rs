use serde::Deserialize;
use serde::de::IgnoredAny;
use unlockd_application::sessions::{CheckUserForm, ChecksForm};
use utoipa::ToSchema;

use crate::json::Object;

/// What whoever signs in says and shows (`zitadel.session.v2.Checks`). `webAuthN`, `idpIntent`, `totp`, `otpSms` and `otpEmail`
/// are documented and not done yet: they are refused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Checks {
    /// Who they are. Whether there is such a user is not told before the password is shown.
    #[schema(value_type = Option<CheckUser>)]
    user: Option<Object<CheckUser>>,
    /// Their password: the session has a user already, or gets one with it.
    #[schema(value_type = Option<CheckPassword>)]
    password: Option<Object<CheckPassword>>,
    #[serde(alias = "web_auth_n")]
    #[schema(value_type = Option<Object>)]
    web_auth_n: Option<IgnoredAny>,
    #[serde(alias = "idp_intent")]
    #[schema(value_type = Option<Object>)]
    idp_intent: Option<IgnoredAny>,
    #[schema(value_type = Option<Object>)]
    totp: Option<IgnoredAny>,
    #[serde(alias = "otp_sms")]
    #[schema(value_type = Option<Object>)]
    otp_sms: Option<IgnoredAny>,
    #[serde(alias = "otp_email")]
    #[schema(value_type = Option<Object>)]
    otp_email: Option<IgnoredAny>,
}

/// Who signs in: exactly one of these.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(min_properties = 1, max_properties = 1)]
struct CheckUser {
    /// The user's id.
    #[serde(alias = "user_id")]
    #[schema(min_length = 1, max_length = 200)]
    user_id: Option<String>,
    /// A username of the whole instance, or `<username>@<organization id>` for one that is specific to an organization. Case,
    /// width, characters that cannot be seen and blanks around the name are ignored.
    #[serde(alias = "login_name")]
    #[schema(min_length = 1, max_length = 200)]
    login_name: Option<String>,
}

/// A password.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckPassword {
    #[schema(value_type = String, min_length = 1, max_length = 1024)]
    password: Option<String>,
}

impl From<Checks> for ChecksForm {
    fn from(checks: Checks) -> Self {
        Self {
            user: checks.user.map(|Object(user)| CheckUserForm {
                user_id: user.user_id,
                login_name: user.login_name,
            }),
            password: checks
                .password
                .map(|Object(password)| password.password.unwrap_or_default()),
            has_web_auth_n: checks.web_auth_n.is_some(),
            has_idp_intent: checks.idp_intent.is_some(),
            has_totp: checks.totp.is_some(),
            has_otp_sms: checks.otp_sms.is_some(),
            has_otp_email: checks.otp_email.is_some(),
        }
    }
}
