use serde::Serialize;
use unlockd_application::ports::RecordedEvent;
use unlockd_domain::{
    self as domain, ActivityKind, EventName, Grant, PolicyEvent, Sequence, TokenReference, UnlockCause, UserEventKind,
};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::lockout_policies::LockoutPolicy;
use crate::proto_enum::{self, LockCause};
use crate::users::{lock_cause_name, lock_scope_name};

/// One event of the history (`unlockd.event.v1.Event`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// The place among all events. Positions rise; not every one is taken.
    #[schema(example = "12", pattern = "^[0-9]{1,20}$")]
    position: String,
    /// The user it is about; left out when it is about none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "eva")]
    user_id: Option<String>,
    /// The place in the history of its user or lockout policy: 1, 2, 3 and so on without gaps. "0" for events that change
    /// neither: `organization.*`, `user.token.*`, `user.session.*`, `sign_in.*`.
    #[schema(example = "2", pattern = "^[0-9]{1,20}$")]
    sequence: String,
    /// What happened.
    #[schema(schema_with = kind)]
    kind: &'static str,
    /// The id of the organization that owned the user then, or that the event is about; left out for the whole instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "default")]
    organization_id: Option<String>,
    /// The id of the user who did it; left out when it was unlockd itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "admin")]
    actor_id: Option<String>,
    /// When.
    #[schema(format = DateTime, example = "2024-06-25T13:35:39.148123Z")]
    time: String,
    /// What was said about it; left out when nothing was, and when the user has been deleted since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 500, example = "lost badge")]
    reason: Option<String>,
    /// What brought a lock about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = lock_cause)]
    lock_cause: Option<&'static str>,
    /// When a lock was set to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime, example = "2024-06-26T00:00:00Z")]
    lock_until: Option<String>,
    /// The uses that a lock bars.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = lock_scope)]
    lock_scope: Option<&'static str>,
    /// Where the request came from that led to it: an IPv4 address, or the /64 network of an IPv6 address. Of sign-ins and what
    /// follows from them, of resets, and of changes of a policy; left out when the user has been deleted since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "203.0.113.7")]
    source: Option<String>,
    /// What ended a lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = unlock_cause)]
    unlock_cause: Option<&'static str>,
    /// The moment from which on a failure does not count any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime, example = "2024-06-25T14:35:39.148123Z")]
    counts_until: Option<String>,
    /// What was set, of a lockout policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lockout_policy: Option<LockoutPolicy>,
    /// The role that was granted or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "ORG_USER_MANAGER")]
    role: Option<&'static str>,
    /// The id of the organization where that role holds; left out for a role on the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "default")]
    role_organization_id: Option<String>,
    /// The id of the access token that was created or revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "0193822e-5b80-7000-8000-000000000001")]
    token_id: Option<String>,
    /// The name of that token; left out when it has none, and when the user has been deleted since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "nightly sync")]
    token_name: Option<String>,
    /// The id of the session that was begun or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "0193822e-5b80-7000-8000-000000000002")]
    session_id: Option<String>,
}

fn lock_cause() -> RefOr<Schema> {
    proto_enum::name(LockCause::VALUES, "What brought a lock about.")
}

fn lock_scope() -> RefOr<Schema> {
    proto_enum::name(proto_enum::LockScope::VALUES, "The uses that a lock bars.")
}

fn unlock_cause() -> RefOr<Schema> {
    proto_enum::name(proto_enum::UnlockCause::VALUES, "What ended a lock.")
}

/// The names of all that can happen.
pub(super) fn kind() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What happened."))
        .enum_values(Some(EventName::all().map(EventName::as_str)))
        .build()
}

impl From<RecordedEvent> for Event {
    fn from(RecordedEvent { position, event }: RecordedEvent) -> Self {
        let (kind, policy, activity) = match &event {
            domain::Event::User(of_user) => (Some(&of_user.kind), None, None),
            domain::Event::Policy(PolicyEvent { policy, .. }) => (None, *policy, None),
            domain::Event::Activity(activity) => (None, None, Some(&activity.kind)),
        };
        let grant = kind.and_then(UserEventKind::grant);
        let token = activity.and_then(ActivityKind::token);
        let token_name = token.and_then(|TokenReference { name, .. }| name.as_ref());
        let unlock_cause = kind.and_then(UserEventKind::unlock_cause);
        Self {
            position: position.to_string(),
            user_id: event.user_id().map(ToString::to_string),
            sequence: event.sequence().map_or(0, Sequence::get).to_string(),
            kind: event.name().as_str(),
            organization_id: event.organization().map(ToString::to_string),
            actor_id: event.actor().user_id().map(ToString::to_string),
            time: event.time().to_string(),
            reason: kind.and_then(UserEventKind::reason).map(ToString::to_string),
            lock_cause: kind.and_then(UserEventKind::lock_cause).map(lock_cause_name),
            lock_until: kind.and_then(UserEventKind::lock_until).map(|until| until.to_string()),
            lock_scope: kind.and_then(UserEventKind::lock_scope).map(lock_scope_name),
            source: event.source().map(ToString::to_string),
            unlock_cause: unlock_cause.map(unlock_cause_name),
            counts_until: kind.and_then(UserEventKind::counts_until).map(|end| end.to_string()),
            lockout_policy: policy.map(LockoutPolicy::from),
            role: grant.map(|grant| grant.role().as_str()),
            role_organization_id: grant.and_then(Grant::organization).map(ToString::to_string),
            token_id: token.map(|token| token.id.to_string()),
            token_name: token_name.map(ToString::to_string),
            session_id: activity.and_then(ActivityKind::session_id).map(ToString::to_string),
        }
    }
}

/// `unlockd.event.v1.UnlockCause`
fn unlock_cause_name(cause: UnlockCause) -> &'static str {
    match cause {
        UnlockCause::Operator => "UNLOCK_CAUSE_OPERATOR",
        UnlockCause::Expired => "UNLOCK_CAUSE_EXPIRED",
        UnlockCause::PasswordReset => "UNLOCK_CAUSE_PASSWORD_RESET",
        UnlockCause::PasswordChanged => "UNLOCK_CAUSE_PASSWORD_CHANGED",
    }
}
