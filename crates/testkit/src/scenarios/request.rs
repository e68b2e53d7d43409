use super::policy_messages::{LockoutPolicy, SettingsOwner};
use super::session_messages::{CreateSessionRequest, ListSessionsRequest, SetSessionRequest};

/// A request to one of unlockd's services. Fields that are `None` or empty are not sent; times are in the form of RFC 3339 with
/// any offset, enums are the proto's numbers.
#[derive(Debug, Clone)]
pub enum Request {
    /// `CreateUser`.
    CreateUser(CreateUserRequest),
    /// `ListUsers`.
    ListUsers(ListUsersRequest),
    /// `GetUserByID`.
    GetUserById {
        /// Whom to read.
        user_id: String,
    },
    /// `UpdateUser`.
    UpdateUser(UpdateUserRequest),
    /// `DeactivateUser`.
    DeactivateUser {
        /// Whom to put aside.
        user_id: String,
        /// Why.
        reason: Option<String>,
    },
    /// `ReactivateUser`.
    ReactivateUser {
        /// Whom to take back.
        user_id: String,
        /// Why.
        reason: Option<String>,
    },
    /// `LockUser`.
    LockUser {
        /// Whom to lock.
        user_id: String,
        /// Why.
        reason: Option<String>,
        /// Until when.
        locked_until: Option<String>,
        /// Whether an operator's lock is replaced.
        replace: bool,
    },
    /// `UnlockUser`.
    UnlockUser {
        /// Whom to unlock.
        user_id: String,
        /// Why.
        reason: Option<String>,
    },
    /// `DeleteUser`.
    DeleteUser {
        /// Whom to delete.
        user_id: String,
    },
    /// `AddUsername`.
    AddUsername {
        /// Who gets it.
        user_id: String,
        /// The name, and whether it is specific to the organization.
        username: Option<(String, bool)>,
    },
    /// `RemoveUsername`.
    RemoveUsername {
        /// Who loses it.
        user_id: String,
        /// The name's id.
        username_id: String,
    },
    /// `SetPassword`.
    SetPassword(SetPasswordRequest),
    /// `RequestPasswordReset`.
    RequestPasswordReset {
        /// Whose password is to be replaced.
        user_id: String,
        /// How the code gets to them.
        medium: Option<ResetMedium>,
    },
    /// `ListEvents`.
    ListEvents(ListEventsRequest),
    /// `WatchEvents`.
    WatchEvents(WatchEventsRequest),
    /// `CreateSession`.
    CreateSession(CreateSessionRequest),
    /// `GetSession`.
    GetSession {
        /// Which one.
        session_id: String,
        /// Its token.
        session_token: Option<String>,
    },
    /// `SetSession`.
    SetSession(SetSessionRequest),
    /// `DeleteSession`.
    DeleteSession {
        /// Which one.
        session_id: String,
        /// Its token.
        session_token: Option<String>,
    },
    /// `ListSessions`.
    ListSessions(ListSessionsRequest),
    /// `GetLockoutPolicy`.
    GetLockoutPolicy {
        /// Whose; none: the instance's.
        organization_id: Option<String>,
    },
    /// `SetLockoutPolicy`.
    SetLockoutPolicy {
        /// Whose; none: the instance's.
        organization_id: Option<String>,
        /// The policy.
        policy: LockoutPolicy,
    },
    /// `ResetLockoutPolicy`.
    ResetLockoutPolicy {
        /// Whose; none: the instance's.
        organization_id: Option<String>,
    },
    /// `GetLockoutSettings`.
    GetLockoutSettings {
        /// Whose.
        owner: SettingsOwner,
    },
}

/// What makes a change safe to repeat, or to make at the same time as others.
#[derive(Debug, Clone, Default)]
pub struct Safeguards {
    /// Each value of `idempotency-key`.
    pub idempotency_keys: Vec<String>,
    /// `if_sequence`.
    pub if_sequence: Option<u64>,
}

impl Safeguards {
    /// One key.
    #[must_use]
    pub fn key(key: impl Into<String>) -> Self {
        Self {
            idempotency_keys: vec![key.into()],
            if_sequence: None,
        }
    }

    /// Only while the user has this sequence.
    #[must_use]
    pub fn sequence(sequence: u64) -> Self {
        Self::default().and_sequence(sequence)
    }

    /// The same, and only while the user has this sequence.
    #[must_use]
    pub fn and_sequence(self, sequence: u64) -> Self {
        Self {
            if_sequence: Some(sequence),
            ..self
        }
    }
}

/// The fields of `CreateUser`.
#[derive(Debug, Clone, Default)]
pub struct CreateUserRequest {
    /// `user_id`.
    pub user_id: Option<String>,
    /// `organization.org_id`; without it the message `organization` is absent.
    pub organization_id: Option<String>,
    /// `authenticators.usernames`: the name, and whether it is specific to the organization.
    pub usernames: Vec<(String, bool)>,
    /// `authenticators.password`.
    pub password: Option<PasswordRequest>,
    /// `data`, as the text of a JSON object.
    pub data: Option<String>,
    /// `schema_id`, which unlockd does not do.
    pub schema_id: Option<String>,
    /// `contact.email.address`, which unlockd does not do.
    pub contact_email: Option<String>,
}

/// The fields of `UpdateUser`.
#[derive(Debug, Clone, Default)]
pub struct UpdateUserRequest {
    /// `user_id`.
    pub user_id: String,
    /// `data`, as the text of a JSON object.
    pub data: Option<String>,
    /// `schema_id`, which unlockd does not do.
    pub schema_id: Option<String>,
    /// `contact.email.address`, which unlockd does not do.
    pub contact_email: Option<String>,
}

/// `SetPassword`, the message.
#[derive(Debug, Clone)]
pub enum PasswordRequest {
    /// A password as typed.
    Plain {
        /// The password.
        password: String,
        /// Whether it has to be changed at the next sign-in.
        change_required: bool,
    },
    /// A password that another system hashed.
    Hash {
        /// The hash.
        hash: String,
        /// Whether it has to be changed at the next sign-in.
        change_required: bool,
    },
}

/// The fields of `SetPassword`, the operation.
#[derive(Debug, Clone, Default)]
pub struct SetPasswordRequest {
    /// `user_id`.
    pub user_id: String,
    /// `new_password`.
    pub new_password: Option<PasswordRequest>,
    /// What comes along.
    pub verification: Option<Verification>,
}

/// How the owner of a password proves that they may set it.
#[derive(Debug, Clone)]
pub enum Verification {
    /// `current_password`.
    CurrentPassword(String),
    /// `verification_code`.
    Code(String),
}

/// `RequestPasswordResetRequest.medium`.
#[derive(Debug, Clone, Copy)]
pub enum ResetMedium {
    /// `send_email`, which unlockd does not do.
    SendEmail,
    /// `send_sms`, which unlockd does not do.
    SendSms,
    /// `return_code`.
    ReturnCode,
}

/// The fields of `ListUsers`.
#[derive(Debug, Clone, Default)]
pub struct ListUsersRequest {
    /// `query.offset`.
    pub offset: u64,
    /// `query.limit`.
    pub limit: u32,
    /// `query.asc`.
    pub ascending: bool,
    /// `sorting_column`.
    pub sorting_column: i32,
    /// `queries`.
    pub queries: Vec<SearchQuery>,
}

/// `SearchQuery`.
#[derive(Debug, Clone)]
pub enum SearchQuery {
    /// Nothing is set.
    Missing,
    /// `or_query`.
    Or(Vec<Self>),
    /// `and_query`.
    And(Vec<Self>),
    /// `not_query`.
    Not(Option<Box<Self>>),
    /// `user_id_query`: the id, and the number of the method.
    UserId(String, i32),
    /// `organization_id_query`: the id, and the number of the method.
    OrganizationId(String, i32),
    /// `username_query`: the name, the number of the method, and whether only those specific to the organization count.
    Username(String, i32, bool),
    /// `state_query`.
    State(i32),
    /// `lock_cause_query`.
    LockCause(i32),
    /// `locked_since_query`.
    LockedSince(TimeRange),
    /// `locked_until_query`.
    LockedUntil(TimeRange),
    /// `email_query`, which unlockd does not do.
    Email,
    /// `phone_query`, which unlockd does not do.
    Phone,
    /// `schema_ID_query`, which unlockd does not do.
    SchemaId,
    /// `schema_type_query`, which unlockd does not do.
    SchemaType,
}

/// `LockTimeQuery`.
#[derive(Debug, Clone, Default)]
pub struct TimeRange {
    /// `after`.
    pub after: Option<String>,
    /// `before`.
    pub before: Option<String>,
}

/// The fields of `ListEvents`.
#[derive(Debug, Clone, Default)]
pub struct ListEventsRequest {
    /// `user_id`.
    pub user_id: Option<String>,
    /// `organization_id`.
    pub organization_id: Option<String>,
    /// `actor_id`.
    pub actor_id: Option<String>,
    /// `kinds`.
    pub kinds: Vec<String>,
    /// `after`.
    pub after: Option<String>,
    /// `before`.
    pub before: Option<String>,
    /// `order`.
    pub order: i32,
    /// `page_size`.
    pub page_size: u32,
    /// `page_token`.
    pub page_token: Option<String>,
}

/// The fields of `WatchEvents`.
#[derive(Debug, Clone, Default)]
pub struct WatchEventsRequest {
    /// `user_id`.
    pub user_id: Option<String>,
    /// `organization_id`.
    pub organization_id: Option<String>,
    /// `actor_id`.
    pub actor_id: Option<String>,
    /// `kinds`.
    pub kinds: Vec<String>,
    /// `after_position`.
    pub after_position: Option<u64>,
}
