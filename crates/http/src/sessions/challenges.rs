use serde::Deserialize;
use serde::de::IgnoredAny;
use unlockd_application::sessions::ChallengesForm;
use utoipa::ToSchema;

/// What whoever signs in is asked (`zitadel.session.v2.RequestChallenges`). Documented and not done yet: each is refused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RequestChallenges {
    #[serde(alias = "web_auth_n")]
    #[schema(value_type = Option<Object>)]
    web_auth_n: Option<IgnoredAny>,
    #[serde(alias = "otp_sms")]
    #[schema(value_type = Option<Object>)]
    otp_sms: Option<IgnoredAny>,
    #[serde(alias = "otp_email")]
    #[schema(value_type = Option<Object>)]
    otp_email: Option<IgnoredAny>,
}

impl From<RequestChallenges> for ChallengesForm {
    fn from(challenges: RequestChallenges) -> Self {
        Self {
            has_web_auth_n: challenges.web_auth_n.is_some(),
            has_otp_sms: challenges.otp_sms.is_some(),
            has_otp_email: challenges.otp_email.is_some(),
        }
    }
}
