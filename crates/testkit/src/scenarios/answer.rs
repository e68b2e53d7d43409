use serde_json::Value;

use super::policy_messages::{EffectivePolicy, LockoutPolicy, LockoutSettings, ObjectDetails};
use super::session_messages::{Session, SessionList};

/// An answer, and whether it was given before.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What the request is answered with.
    pub answer: Answer,
    /// Whether it carries the mark of an answer that is given again.
    pub replayed: bool,
}

/// What a request that succeeded is answered with.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a scenario holds few answers at a time")]
pub enum Answer {
    /// To `CreateUser`.
    Created {
        /// The new user's id.
        user_id: String,
        /// Where the user's history stands.
        details: Details,
    },
    /// To `ListUsers`.
    Users(UserList),
    /// To `GetUserByID`.
    User(User),
    /// To every other change of a user.
    Changed(Details),
    /// To `AddUsername`.
    UsernameAdded {
        /// The new name's id.
        username_id: String,
        /// Where the user's history stands.
        details: Details,
    },
    /// To `RequestPasswordReset`.
    CodeReturned {
        /// `verification_code`.
        code: String,
        /// Where the user's history stands.
        details: Details,
    },
    /// To `ListEvents`.
    Events(EventPage),
    /// To `WatchEvents`, at once.
    Watching(Update),
    /// To `CreateSession`.
    SessionBegun {
        /// The new session's id.
        session_id: String,
        /// `session_token`.
        session_token: String,
        /// `password_change_required`; false where it is left out.
        password_change_required: bool,
        /// Where the session stands.
        details: ObjectDetails,
    },
    /// To `SetSession`.
    SessionChanged {
        /// `session_token`.
        session_token: String,
        /// `password_change_required`; false where it is left out.
        password_change_required: bool,
        /// Where the session stands.
        details: ObjectDetails,
    },
    /// To `GetSession`.
    Session(Session),
    /// To `ListSessions`.
    Sessions(SessionList),
    /// To `DeleteSession`.
    SessionEnded(ObjectDetails),
    /// To `GetLockoutPolicy`.
    Policy(EffectivePolicy),
    /// To `SetLockoutPolicy` and `ResetLockoutPolicy`.
    PolicyChanged(ObjectDetails),
    /// To `GetLockoutSettings`.
    Settings(LockoutSettings),
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

/// `zitadel.user.v3alpha.ListUsersResponse`.
#[derive(Debug, Clone, PartialEq)]
pub struct UserList {
    /// `details.total_result`; 0 where it is left out.
    pub total: u64,
    /// `details.timestamp`, in the form that JSON has.
    pub read_at: String,
    /// `sorting_column`, as the name of the enum's value.
    pub sorting_column: String,
    /// `result`.
    pub users: Vec<User>,
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
    /// `authenticators.password.change_required`; false where it is left out.
    pub password_change_required: bool,
    /// `data`.
    pub data: Option<Value>,
    /// `lock`, a field of unlockd's own.
    pub lock: Option<Lock>,
    /// `failed_password_attempts`, a field of unlockd's own; 0 where it is left out.
    pub failed_password_attempts: u32,
    /// `sign_in_blocks`.
    pub sign_in_blocks: Vec<SignInBlock>,
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

/// `SignInBlock`, a message of unlockd's own.
#[derive(Debug, Clone, PartialEq)]
pub struct SignInBlock {
    /// `source`.
    pub source: Option<String>,
    /// `failures`.
    pub failures: u32,
    /// `until`, in the form that JSON has.
    pub until: String,
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
    /// `scope`, as the name of the enum's value.
    pub scope: String,
}

/// `unlockd.event.v1.ListEventsResponse`.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    /// `events`.
    pub events: Vec<Event>,
    /// `next_page_token`; none on the last page.
    pub next_page_token: Option<String>,
    /// `position`; 0 where it is left out.
    pub position: u64,
}

/// `unlockd.event.v1.Event`.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `position`.
    pub position: u64,
    /// `user_id`; none for an event that is about no user.
    pub user_id: Option<String>,
    /// `sequence`; 0 for an event that changes neither a user nor a policy.
    pub sequence: u64,
    /// `kind`.
    pub kind: String,
    /// `organization_id`; none for the instance's.
    pub organization_id: Option<String>,
    /// `actor_id`; none for unlockd itself.
    pub actor_id: Option<String>,
    /// `time`, in the form that JSON has.
    pub time: String,
    /// `reason`.
    pub reason: Option<String>,
    /// `lock_cause`, as the name of the enum's value.
    pub lock_cause: Option<String>,
    /// `lock_until`, in the form that JSON has.
    pub lock_until: Option<String>,
    /// `lock_scope`, as the name of the enum's value.
    pub lock_scope: Option<String>,
    /// `source`.
    pub source: Option<String>,
    /// `unlock_cause`, as the name of the enum's value.
    pub unlock_cause: Option<String>,
    /// `counts_until`, in the form that JSON has.
    pub counts_until: Option<String>,
    /// `lockout_policy`.
    pub lockout_policy: Option<LockoutPolicy>,
    /// `token_id`.
    pub token_id: Option<String>,
    /// `token_name`.
    pub token_name: Option<String>,
    /// `session_id`.
    pub session_id: Option<String>,
    /// `role`.
    pub role: Option<String>,
    /// `role_organization_id`.
    pub role_organization_id: Option<String>,
}

/// `unlockd.event.v1.WatchEventsResponse`, or a frame of the stream of server-sent events.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// `event`.
    pub event: Option<Event>,
    /// `position`.
    pub position: u64,
}
