//! The messages of `zitadel.session.v2.SessionService`.

use std::collections::BTreeMap;

/// The fields of `CreateSession`.
#[derive(Debug, Clone, Default)]
pub struct CreateSessionRequest {
    /// `checks`.
    pub checks: Checks,
    /// `metadata`.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// `challenges`: the one that is set.
    pub challenge: Option<Challenge>,
    /// `user_agent`.
    pub user_agent: Option<UserAgent>,
    /// `lifetime`, in protobuf's JSON form.
    pub lifetime: Option<String>,
}

/// The fields of `SetSession`.
#[derive(Debug, Clone, Default)]
pub struct SetSessionRequest {
    /// `session_id`.
    pub session_id: String,
    /// `session_token`.
    pub session_token: Option<String>,
    /// `checks`.
    pub checks: Checks,
    /// `metadata`.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// `challenges`: the one that is set.
    pub challenge: Option<Challenge>,
    /// `lifetime`, in protobuf's JSON form.
    pub lifetime: Option<String>,
}

/// `Checks`.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// `user`.
    pub user: Option<CheckUser>,
    /// `password.password`.
    pub password: Option<String>,
    /// One of the checks that unlockd does not make.
    pub other: Option<OtherCheck>,
}

/// `CheckUser`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckUser {
    /// Nothing is set.
    Missing,
    /// `user_id`.
    UserId(String),
    /// `login_name`.
    LoginName(String),
}

/// A check that unlockd does not make, and refuses by its name.
#[derive(Debug, Clone, Copy)]
pub enum OtherCheck {
    /// `web_auth_n`.
    WebAuthN,
    /// `idp_intent`.
    IdpIntent,
    /// `totp`.
    Totp,
    /// `otp_sms`.
    OtpSms,
    /// `otp_email`.
    OtpEmail,
}

/// A challenge, none of which unlockd makes.
#[derive(Debug, Clone, Copy)]
pub enum Challenge {
    /// `web_auth_n`.
    WebAuthN,
    /// `otp_sms`.
    OtpSms,
    /// `otp_email`.
    OtpEmail,
}

/// `UserAgent`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserAgent {
    /// `fingerprint_id`.
    pub fingerprint_id: Option<String>,
    /// `ip`.
    pub ip: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `header`.
    pub header: BTreeMap<String, Vec<String>>,
}

/// The fields of `ListSessions`.
#[derive(Debug, Clone, Default)]
pub struct ListSessionsRequest {
    /// `query.offset`.
    pub offset: u64,
    /// `query.limit`.
    pub limit: u32,
    /// `query.asc`.
    pub ascending: bool,
    /// `sorting_column`.
    pub sorting_column: i32,
    /// `queries`.
    pub queries: Vec<SessionQuery>,
}

/// `zitadel.session.v2.SearchQuery`.
#[derive(Debug, Clone)]
pub enum SessionQuery {
    /// Nothing is set.
    Missing,
    /// `ids_query`.
    Ids(Vec<String>),
    /// `user_id_query`.
    UserId(String),
    /// `creation_date_query`, which unlockd does not do.
    CreationDate,
    /// `creator_query`, which unlockd does not do.
    Creator,
    /// `user_agent_query`, which unlockd does not do.
    UserAgent,
    /// `expiration_date_query`, which unlockd does not do.
    ExpirationDate,
}

/// `zitadel.session.v2.Session`.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// `id`.
    pub id: String,
    /// `creation_date`, in the form that JSON has.
    pub creation_date: String,
    /// `change_date`, in the form that JSON has.
    pub change_date: String,
    /// `sequence`.
    pub sequence: u64,
    /// `factors.user`.
    pub user: Option<SessionUser>,
    /// `factors.password.verified_at`, in the form that JSON has.
    pub password_verified_at: Option<String>,
    /// `metadata`.
    pub metadata: BTreeMap<String, Vec<u8>>,
    /// `user_agent`.
    pub user_agent: Option<UserAgent>,
    /// `expiration_date`, in the form that JSON has.
    pub expiration_date: Option<String>,
}

/// `UserFactor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionUser {
    /// `verified_at`, in the form that JSON has.
    pub verified_at: String,
    /// `id`.
    pub id: Option<String>,
    /// `login_name`.
    pub login_name: Option<String>,
    /// `organization_id`.
    pub organization_id: Option<String>,
}

/// `zitadel.session.v2.ListSessionsResponse`.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionList {
    /// `details.total_result`; 0 where it is left out.
    pub total: u64,
    /// `details.timestamp`, in the form that JSON has.
    pub read_at: String,
    /// `sessions`.
    pub sessions: Vec<Session>,
}

impl Checks {
    /// Names somebody.
    #[must_use]
    pub fn user(user: CheckUser) -> Self {
        Self {
            user: Some(user),
            ..Self::default()
        }
    }

    /// Shows a password.
    #[must_use]
    pub fn password(password: impl Into<String>) -> Self {
        Self {
            password: Some(password.into()),
            ..Self::default()
        }
    }

    /// The same, and shows a password.
    #[must_use]
    pub fn with_password(self, password: impl Into<String>) -> Self {
        Self {
            password: Some(password.into()),
            ..self
        }
    }
}
