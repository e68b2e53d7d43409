//! An event as a message.

use unlockd_application::ports::RecordedEvent;
use unlockd_domain::{self as domain, ActivityEvent, Grant, PolicyEvent, Sequence, UserEvent};
use unlockd_proto::unlockd::event::v1::{Event, UnlockCause};
use unlockd_proto::zitadel::user::v3alpha::{LockCause, LockScope};

use crate::timestamp::to_proto;
use crate::{lock_cause, lockout_policy};

/// `unlockd.event.v1.Event`.
pub(super) fn event(RecordedEvent { position, event }: &RecordedEvent) -> Event {
    let common = Event {
        position: position.get(),
        sequence: event.sequence().map(Sequence::get).unwrap_or_default(),
        user_id: event.user_id().map(ToString::to_string).unwrap_or_default(),
        kind: event.name().to_string(),
        organization_id: event.organization().map(ToString::to_string).unwrap_or_default(),
        actor_id: event.actor().user_id().map(ToString::to_string).unwrap_or_default(),
        time: Some(to_proto(event.time())),
        source: event.source().map(ToString::to_string).unwrap_or_default(),
        ..Event::default()
    };
    match event {
        domain::Event::User(event) => of_user(event, common),
        domain::Event::Policy(event) => of_policy(event, common),
        domain::Event::Activity(event) => of_activity(event, common),
    }
}

fn of_user(UserEvent { kind, .. }: &UserEvent, common: Event) -> Event {
    let lock_cause = kind.lock_cause().map_or(LockCause::Unspecified, lock_cause::to_proto);
    let grant = kind.grant();
    let organization = grant.and_then(Grant::organization);
    let unlock_cause = kind.unlock_cause().map_or(UnlockCause::Unspecified, unlock_cause);
    Event {
        reason: kind.reason().map(ToString::to_string).unwrap_or_default(),
        lock_cause: lock_cause.into(),
        lock_until: kind.lock_until().map(to_proto),
        lock_scope: kind
            .lock_scope()
            .map_or(LockScope::Unspecified, lock_cause::scope_to_proto)
            .into(),
        unlock_cause: unlock_cause.into(),
        counts_until: kind.counts_until().map(to_proto),
        role: grant.map(|grant| grant.role().to_string()).unwrap_or_default(),
        role_organization_id: organization.map(ToString::to_string).unwrap_or_default(),
        ..common
    }
}

fn of_policy(PolicyEvent { policy, .. }: &PolicyEvent, common: Event) -> Event {
    Event {
        lockout_policy: policy.as_ref().map(lockout_policy::to_proto),
        ..common
    }
}

fn of_activity(ActivityEvent { kind, .. }: &ActivityEvent, common: Event) -> Event {
    let token = kind.token();
    let token_name = token.and_then(|token| token.name.as_ref());
    Event {
        token_id: token.map(|token| token.id.to_string()).unwrap_or_default(),
        token_name: token_name.map(ToString::to_string).unwrap_or_default(),
        session_id: kind.session_id().map(ToString::to_string).unwrap_or_default(),
        ..common
    }
}

fn unlock_cause(cause: domain::UnlockCause) -> UnlockCause {
    match cause {
        domain::UnlockCause::Operator => UnlockCause::Operator,
        domain::UnlockCause::Expired => UnlockCause::Expired,
        domain::UnlockCause::PasswordReset => UnlockCause::PasswordReset,
        domain::UnlockCause::PasswordChanged => UnlockCause::PasswordChanged,
    }
}
