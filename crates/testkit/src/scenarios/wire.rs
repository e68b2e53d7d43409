use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

/// One way to call unlockd: the client of a wire. Values are raw, so that bad ones can be sent too.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Sends the request with the bearer token, and reads back the answer or the failure. Whatever is neither is a fault
    /// of the wire, on which the implementation panics.
    async fn call(&self, token: Option<&str>, request: &Request) -> Result<Answer, Failure>;
}

/// An RPC of `zitadel.user.v3alpha.UserService` and its fields.
#[derive(Debug, Clone)]
pub enum Request {
    /// `CreateUser`.
    CreateUser(CreateUserRequest),
    /// `GetUserByID`.
    GetUserById {
        /// Whom to read.
        user_id: String,
    },
    /// `LockUser`.
    LockUser {
        /// Whom to lock.
        user_id: String,
        /// Why.
        reason: Option<String>,
        /// Until when, in the form of RFC 3339 with any offset.
        locked_until: Option<String>,
    },
    /// `UnlockUser`.
    UnlockUser {
        /// Whom to unlock.
        user_id: String,
        /// Why.
        reason: Option<String>,
    },
}

/// The fields of `CreateUser`; those that are `None` or empty are not sent.
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

/// `authenticators.password`.
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

/// What a request that succeeded is answered with.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one answer at a time")]
pub enum Answer {
    /// To `CreateUser`.
    Created {
        /// The new user's id.
        user_id: String,
        /// Where the user's history stands.
        details: Details,
    },
    /// To `GetUserByID`.
    User(User),
    /// To `LockUser` and `UnlockUser`.
    Changed(Details),
}

/// `zitadel.object.v2beta.Details`.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// The number of the user's last event.
    pub sequence: u64,
    /// The time of that event, in the form that JSON has.
    pub change_date: String,
    /// The id of the organization that owns the user.
    pub resource_owner: String,
}

/// `zitadel.user.v3alpha.User`.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// `user_id`.
    pub user_id: String,
    /// `details`.
    pub details: Details,
    /// `state`, as the name of the enum's value.
    pub state: String,
    /// `authenticators.usernames`.
    pub usernames: Vec<Username>,
    /// `authenticators.password.last_changed`, in the form that JSON has.
    pub password_last_changed: Option<String>,
    /// `data`.
    pub data: Option<Value>,
    /// `lock`, a field of unlockd's own.
    pub lock: Option<Lock>,
    /// `failed_password_attempts`, a field of unlockd's own; 0 where it is left out.
    pub failed_password_attempts: u32,
}

/// `zitadel.user.v3alpha.Username`.
#[derive(Debug, Clone, PartialEq)]
pub struct Username {
    /// `username_id`.
    pub username_id: String,
    /// `username`.
    pub username: String,
    /// `is_organization_specific`; false where it is left out.
    pub is_organization_specific: bool,
}

/// `Lock`, a message of unlockd's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    /// `since`, in the form that JSON has.
    pub since: String,
    /// `cause`, as the name of the enum's value.
    pub cause: String,
    /// `locked_by`, the id of a user.
    pub locked_by: Option<String>,
    /// `reason`.
    pub reason: Option<String>,
    /// `until`, in the form that JSON has.
    pub until: Option<String>,
}

/// An error: `google.rpc.Status` with its details, whichever way it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The number of `google.rpc.Code`.
    pub code: i32,
    /// `ErrorInfo.reason`.
    pub reason: String,
    /// `ErrorInfo.domain`.
    pub domain: String,
    /// The sentence for people.
    pub message: String,
    /// `ErrorInfo.metadata`.
    pub metadata: BTreeMap<String, String>,
    /// `BadRequest.field_violations`: each field and what is wrong with it.
    pub field_violations: Vec<(String, String)>,
    /// `RetryInfo.retry_delay`.
    pub retry_after: Option<Duration>,
}
