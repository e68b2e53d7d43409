//! An event as a message.

use unlockd_application::ports::RecordedEvent;
use unlockd_domain::UserEvent;
use unlockd_proto::unlockd::event::v1::Event;
use unlockd_proto::zitadel::user::v3alpha::LockCause;

use crate::lock_cause;
use crate::timestamp::to_proto;

/// `unlockd.event.v1.Event`.
pub(super) fn event(RecordedEvent { position, event }: &RecordedEvent) -> Event {
    let UserEvent {
        user_id,
        sequence,
        kind,
        organization,
        actor,
        time,
    } = event;
    let cause = kind.lock_cause().map_or(LockCause::Unspecified, lock_cause::to_proto);
    Event {
        position: position.get(),
        user_id: user_id.to_string(),
        sequence: sequence.get(),
        kind: kind.name().to_string(),
        organization_id: organization.to_string(),
        actor_id: actor.user_id().map(ToString::to_string).unwrap_or_default(),
        time: Some(to_proto(*time)),
        reason: kind.reason().map(ToString::to_string).unwrap_or_default(),
        lock_cause: cause.into(),
        lock_until: kind.lock_until().map(to_proto),
    }
}
