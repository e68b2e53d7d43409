//! What `zitadel.session.v2` is documented to be, as far as it is here.

use crate::numbers::{Numbers, Package};

pub(crate) const PACKAGE: Package = Package {
    name: "zitadel.session.v2",
    messages: MESSAGES,
    enums: &[(
        "SessionFieldName",
        &[
            ("SESSION_FIELD_NAME_UNSPECIFIED", 0),
            ("SESSION_FIELD_NAME_CREATION_DATE", 1),
        ],
    )],
};

const ID_AND_TOKEN: &[(&str, i32)] = &[("session_id", 1), ("session_token", 2)];
const CODE_ALONE: &[(&str, i32)] = &[("code", 1)];
const ID_ALONE: &[(&str, i32)] = &[("id", 1)];

const MESSAGES: &Numbers = &[
    (
        "ListSessionsRequest",
        &[("query", 1), ("queries", 2), ("sorting_column", 3)],
    ),
    ("ListSessionsResponse", &[("details", 1), ("sessions", 2)]),
    ("GetSessionRequest", ID_AND_TOKEN),
    ("GetSessionResponse", &[("session", 1)]),
    (
        "CreateSessionRequest",
        &[
            ("checks", 1),
            ("metadata", 2),
            ("challenges", 3),
            ("user_agent", 4),
            ("lifetime", 5),
        ],
    ),
    (
        "CreateSessionResponse",
        &[
            ("details", 1),
            ("session_id", 2),
            ("session_token", 3),
            ("challenges", 4),
            ("password_change_required", 1001),
        ],
    ),
    (
        "SetSessionRequest",
        &[
            ("session_id", 1),
            ("session_token", 2),
            ("checks", 3),
            ("metadata", 4),
            ("challenges", 5),
            ("lifetime", 6),
        ],
    ),
    (
        "SetSessionResponse",
        &[
            ("details", 1),
            ("session_token", 2),
            ("challenges", 3),
            ("password_change_required", 1001),
        ],
    ),
    ("DeleteSessionRequest", ID_AND_TOKEN),
    ("DeleteSessionResponse", &[("details", 1)]),
    (
        "Checks",
        &[
            ("user", 1),
            ("password", 2),
            ("web_auth_n", 3),
            ("idp_intent", 4),
            ("totp", 5),
            ("otp_sms", 6),
            ("otp_email", 7),
        ],
    ),
    ("CheckUser", &[("user_id", 1), ("login_name", 2)]),
    ("CheckPassword", &[("password", 1)]),
    ("CheckWebAuthN", &[("credential_assertion_data", 1)]),
    ("CheckIDPIntent", &[("idp_intent_id", 1), ("idp_intent_token", 2)]),
    ("CheckTOTP", CODE_ALONE),
    ("CheckOTP", CODE_ALONE),
    (
        "RequestChallenges",
        &[("web_auth_n", 1), ("otp_sms", 2), ("otp_email", 3)],
    ),
    ("RequestChallenges.WebAuthN", &[]),
    ("RequestChallenges.OTPSMS", &[]),
    ("RequestChallenges.OTPEmail", &[]),
    ("Challenges", &[]),
    (
        "Session",
        &[
            ("id", 1),
            ("creation_date", 2),
            ("change_date", 3),
            ("sequence", 4),
            ("factors", 5),
            ("metadata", 6),
            ("user_agent", 7),
            ("expiration_date", 8),
        ],
    ),
    ("Factors", &[("user", 1), ("password", 2)]),
    (
        "UserFactor",
        &[
            ("verified_at", 1),
            ("id", 2),
            ("login_name", 3),
            ("display_name", 4),
            ("organization_id", 6),
        ],
    ),
    ("PasswordFactor", &[("verified_at", 1)]),
    (
        "UserAgent",
        &[("fingerprint_id", 1), ("ip", 2), ("description", 3), ("header", 4)],
    ),
    ("UserAgent.HeaderValues", &[("values", 1)]),
    (
        "SearchQuery",
        &[
            ("ids_query", 1),
            ("user_id_query", 2),
            ("creation_date_query", 3),
            ("creator_query", 4),
            ("user_agent_query", 5),
            ("expiration_date_query", 6),
        ],
    ),
    ("IDsQuery", &[("ids", 1)]),
    ("UserIDQuery", ID_ALONE),
    ("CreationDateQuery", &[("creation_date", 1), ("method", 2)]),
    ("CreatorQuery", ID_ALONE),
    ("UserAgentQuery", &[("fingerprint_id", 1)]),
    ("ExpirationDateQuery", &[("expiration_date", 1), ("method", 2)]),
];
