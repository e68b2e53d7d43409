use serde::Serialize;
use serde_json::value::RawValue;
use unlockd_application::users::UserView;
use unlockd_application::{self as application, Error};
use unlockd_domain::{self as domain, LockCause, LockScope, StoredPassword, UserProfile, UserState, UsernameScope};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::details::Details;
use crate::proto_enum;

/// A user (`zitadel.user.v3alpha.User`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "userId": "eva",
    "details": {"sequence": "2", "changeDate": "2024-06-25T13:35:39.148123Z", "resourceOwner": "default"},
    "authenticators": {
        "usernames": [{"usernameId": "0190503a-7c6c-7d2b-8f9e-2b1f3c4d5e6f", "username": "eva@example.com"}],
        "password": {"lastChanged": "2024-06-24T08:00:00Z"},
    },
    "state": "USER_STATE_LOCKED",
    "data": {"floor": 3},
    "lock": {
        "since": "2024-06-25T13:35:39.148123Z", "cause": "LOCK_CAUSE_OPERATOR", "lockedBy": "admin", "reason": "lost badge",
        "scope": "LOCK_SCOPE_ALL_USE",
    },
}))]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub(crate) struct User {
    user_id: String,
    details: Details,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    authenticators: Option<Authenticators>,
    /// Where in their life the user is.
    #[schema(schema_with = state)]
    state: &'static str,
    /// What the owners noted, as they gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    data: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lock: Option<Lock>,
    /// Wrong passwords that count at the moment: those since the last success or unlock, within the policy's window. Left out
    /// when there are none.
    #[serde(skip_serializing_if = "is_zero")]
    failed_password_attempts: u32,
    /// The sources that cannot sign in as the user at the moment, because too many of their passwords were wrong. Left out of
    /// lists, and when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sign_in_blocks: Vec<SignInBlock>,
}

/// A source that cannot sign in as a user at the moment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"source": "203.0.113.7", "failures": 10, "until": "2024-06-25T13:50:39.148123Z"}))]
struct SignInBlock {
    /// An IPv4 address, or the /64 network of an IPv6 address; left out when the source is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    source: Option<String>,
    /// Number of wrong passwords that led to the block.
    failures: u32,
    /// The end of the block. It ends earlier with a lock of the user, with a new password, or when the user is reactivated.
    #[schema(format = DateTime)]
    until: String,
}

/// How a user signs in.
#[derive(Serialize, ToSchema)]
struct Authenticators {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    usernames: Vec<Username>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password: Option<Password>,
}

/// A name to sign in with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
struct Username {
    username_id: String,
    username: String,
    /// True if the user signs in with `<username>@<organization id>`.
    #[serde(skip_serializing_if = "is_false")]
    is_organization_specific: bool,
}

/// That there is a password.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Password {
    #[schema(format = DateTime)]
    last_changed: String,
    /// Whether the user must change it: a session of the user can do nothing else before that. Left out when it is false.
    #[serde(skip_serializing_if = "is_false")]
    change_required: bool,
}

/// Why and since when a user is locked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Lock {
    #[schema(format = DateTime)]
    since: String,
    /// What brought it about.
    #[schema(schema_with = cause)]
    cause: &'static str,
    /// The id of the user who locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    locked_by: Option<String>,
    /// What was said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
    /// From when on the user is active again by itself; left out when somebody has to unlock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    until: Option<String>,
    /// The uses that it bars.
    #[schema(schema_with = scope)]
    scope: &'static str,
}

impl TryFrom<UserView> for User {
    type Error = Error;

    fn try_from(view: UserView) -> Result<Self, Error> {
        let (user, profile) = (&view.user, &view.profile);
        let data = profile
            .data
            .as_ref()
            .map(|data| RawValue::from_string(data.as_json().to_owned()));
        Ok(Self {
            user_id: user.id().to_string(),
            details: unlockd_application::users::Details::from(user).into(),
            authenticators: authenticators(profile),
            state: view.state().wire_name(),
            data: data.transpose().map_err(Error::internal)?,
            lock: match view.state() {
                UserState::Locked(lock) => Some(lock.into()),
                UserState::Active | UserState::Inactive | UserState::Deleted => None,
            },
            failed_password_attempts: view.failed_password_attempts(),
            sign_in_blocks: view.sign_in_blocks.iter().map(SignInBlock::from).collect(),
        })
    }
}

impl From<&application::SignInBlock> for SignInBlock {
    fn from(block: &application::SignInBlock) -> Self {
        Self {
            source: block.source.as_ref().map(ToString::to_string),
            failures: block.failures,
            until: block.until.to_string(),
        }
    }
}

fn authenticators(profile: &UserProfile) -> Option<Authenticators> {
    let authenticators = Authenticators {
        usernames: profile.usernames.iter().map(Username::from).collect(),
        password: profile.password.as_ref().map(Password::from),
    };
    (!authenticators.usernames.is_empty() || authenticators.password.is_some()).then_some(authenticators)
}

impl From<&domain::Username> for Username {
    fn from(username: &domain::Username) -> Self {
        Self {
            username_id: username.id().to_string(),
            username: username.name().to_owned(),
            is_organization_specific: username.scope() == UsernameScope::Organization,
        }
    }
}

impl From<&StoredPassword> for Password {
    fn from(password: &StoredPassword) -> Self {
        Self {
            last_changed: password.changed_at.to_string(),
            change_required: password.change_required,
        }
    }
}

impl From<&domain::Lock> for Lock {
    fn from(lock: &domain::Lock) -> Self {
        Self {
            since: lock.since.to_string(),
            cause: lock_cause_name(lock.cause),
            locked_by: lock.by.user_id().map(ToString::to_string),
            reason: lock.reason.as_ref().map(ToString::to_string),
            until: lock.until.map(|until| until.to_string()),
            scope: lock_scope_name(lock.scope),
        }
    }
}

/// `zitadel.user.v3alpha.LockCause`
pub(crate) fn lock_cause_name(cause: LockCause) -> &'static str {
    match cause {
        LockCause::Operator => "LOCK_CAUSE_OPERATOR",
        LockCause::Policy => "LOCK_CAUSE_POLICY",
    }
}

/// `zitadel.user.v3alpha.LockScope`
pub(crate) fn lock_scope_name(scope: LockScope) -> &'static str {
    match scope {
        LockScope::SignIn => "LOCK_SCOPE_SIGN_IN",
        LockScope::AllUse => "LOCK_SCOPE_ALL_USE",
    }
}

fn scope() -> RefOr<Schema> {
    proto_enum::name(proto_enum::LockScope::VALUES, "The uses that it bars.")
}

fn state() -> RefOr<Schema> {
    let description = "Where in their life the user is.";
    proto_enum::name(proto_enum::State::VALUES, description)
}

fn cause() -> RefOr<Schema> {
    proto_enum::name(proto_enum::LockCause::VALUES, "What brought it about.")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
