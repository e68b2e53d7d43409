use serde::Serialize;
use unlockd_application::ports::RecordedEvent;
use unlockd_domain::UserEventName;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::proto_enum::{self, LockCause};
use crate::users::lock_cause_name;

/// One fact in the history of a user (`unlockd.event.v1.Event`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// The place among the events of all users. Positions rise; not every one is taken.
    #[schema(example = "12", pattern = "^[0-9]{1,20}$")]
    position: String,
    /// Whose history it belongs to.
    #[schema(example = "eva")]
    user_id: String,
    /// The place in that history: 1, 2, 3 and so on without gaps.
    #[schema(example = "2", pattern = "^[0-9]{1,20}$")]
    sequence: String,
    /// What happened.
    #[schema(schema_with = kind)]
    kind: &'static str,
    /// The id of the organization that owned the user then.
    #[schema(example = "default")]
    organization_id: String,
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
}

fn lock_cause() -> RefOr<Schema> {
    proto_enum::name(LockCause::VALUES, "What brought a lock about.")
}

/// The names of all that can happen.
pub(super) fn kind() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What happened."))
        .enum_values(Some(UserEventName::ALL.map(UserEventName::as_str)))
        .build()
}

impl From<RecordedEvent> for Event {
    fn from(RecordedEvent { position, event }: RecordedEvent) -> Self {
        Self {
            position: position.to_string(),
            sequence: event.sequence.to_string(),
            kind: event.kind.name().as_str(),
            actor_id: event.actor.user_id().map(ToString::to_string),
            time: event.time.to_string(),
            reason: event.kind.reason().map(ToString::to_string),
            lock_cause: event.kind.lock_cause().map(lock_cause_name),
            lock_until: event.kind.lock_until().map(|until| until.to_string()),
            user_id: event.user_id.to_string(),
            organization_id: event.organization.to_string(),
        }
    }
}
