use time::OffsetDateTime;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_domain::{
    Actor, Grant, LockCause, LockScope, OrganizationId, Reason, Source, Timestamp, UnlockCause, UserChange, UserEvent,
    UserId,
};

/// The events of changes by the columns of `user_events` in which they may differ: what stands at the same place of all
/// columns is one event.
pub(crate) struct UserEventColumns<'a> {
    pub(crate) sequence: Vec<i64>,
    pub(crate) kind: Vec<&'static str>,
    pub(crate) actor_user_id: Vec<Option<&'a str>>,
    pub(crate) occurred_at: Vec<OffsetDateTime>,
    pub(crate) source: Vec<Option<&'a str>>,
    pub(crate) reason: Vec<Option<&'a str>>,
    pub(crate) lock_cause: Vec<Option<&'static str>>,
    pub(crate) lock_until: Vec<Option<OffsetDateTime>>,
    pub(crate) lock_scope: Vec<Option<&'static str>>,
    pub(crate) unlock_cause: Vec<Option<&'static str>>,
    pub(crate) counts_until: Vec<Option<OffsetDateTime>>,
    pub(crate) role: Vec<Option<&'static str>>,
    pub(crate) role_organization_id: Vec<Option<&'a str>>,
}

impl<'a> UserEventColumns<'a> {
    /// In the order of the changes and of their events.
    pub(crate) fn of(changes: &[&'a UserChange]) -> Self {
        Self {
            sequence: column(changes, |event| event.sequence.as_i64()),
            kind: column(changes, |event| event.kind.name().as_str()),
            actor_user_id: column(changes, |event| Actor::user_id(&event.actor).map(UserId::as_str)),
            occurred_at: column(changes, |event| event.time.date_time()),
            source: column(changes, |event| event.source.as_ref().map(Source::as_str)),
            reason: column(changes, |event| event.kind.reason().map(Reason::as_str)),
            lock_cause: column(changes, |event| event.kind.lock_cause().map(LockCause::as_str)),
            lock_until: column(changes, |event| event.kind.lock_until().map(Timestamp::date_time)),
            lock_scope: column(changes, |event| event.kind.lock_scope().map(LockScope::as_str)),
            unlock_cause: column(changes, |event| event.kind.unlock_cause().map(UnlockCause::as_str)),
            counts_until: column(changes, |event| event.kind.counts_until().map(Timestamp::date_time)),
            role: column(changes, |event| event.kind.grant().map(|grant| grant.role().as_str())),
            role_organization_id: column(changes, |event| {
                event
                    .kind
                    .grant()
                    .and_then(Grant::organization)
                    .map(OrganizationId::as_str)
            }),
        }
    }
}

fn column<'a, T>(changes: &[&'a UserChange], value: impl Fn(&'a UserEvent) -> T) -> Vec<T> {
    changes.iter().flat_map(|change| change.events()).map(value).collect()
}

/// The request as it is recorded with the last event. Keys are those of callers: what happens by itself has none.
pub(crate) fn recorded<'a>(
    change: &UserChange,
    request: Option<&'a IdempotentRequest>,
) -> Option<&'a IdempotentRequest> {
    request.filter(|_| change.event().actor.user_id().is_some())
}
