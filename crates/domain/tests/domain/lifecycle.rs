//! Putting users aside, taking them back, and deleting them: from every state.

use unlockd_domain::{
    Actor, DeactivateRefusal, Lock, LockCause, LockScope, NotInactive, ProfileEdit, Reason, User, UserDeleted,
    UserEventKind, UserRecord, UserState,
};

use crate::{at, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";
const LATER: &str = "2024-06-25T13:36:00Z";
const BEHIND: &str = "1999-12-31T23:59:59Z";

fn locked() -> UserState {
    UserState::Locked(Lock {
        since: at(BEGIN),
        cause: LockCause::Policy,
        by: Actor::System,
        reason: None,
        until: None,
        scope: LockScope::AllUse,
    })
}

fn in_state(state: UserState) -> User {
    crate::in_state(BEGIN, state)
}

fn said() -> Option<Reason> {
    Reason::parse("on leave").unwrap()
}

fn somebody() -> Actor {
    Actor::User(user_id("somebody"))
}

#[test]
fn putting_a_user_aside_ends_a_lock_and_forgets_failed_attempts() {
    for state in [UserState::Active, locked()] {
        let user = in_state(state);
        let change = user.deactivate(said(), somebody(), at(LATER)).unwrap();
        let expected = UserRecord {
            state: UserState::Inactive,
            sequence: user.sequence().next(),
            password_failures: Vec::new(),
            changed_at: at(LATER),
            ..user.record().clone()
        };
        assert_eq!(*change.user().record(), expected);
        assert_eq!(change.event().kind, UserEventKind::Deactivated { reason: said() });
        assert_eq!((&change.event().actor, change.event().time), (&somebody(), at(LATER)));
        assert_eq!(change.expected_sequence(), Some(user.sequence()));
        assert!(change.ends_activity());
        assert_eq!(change.profile_edit(), None);
    }
}

#[test]
fn nobody_is_put_aside_who_is_aside_or_gone() {
    for (state, refusal) in [
        (UserState::Inactive, DeactivateRefusal::AlreadyInactive),
        (UserState::Deleted, DeactivateRefusal::Deleted(UserDeleted)),
    ] {
        let refused = in_state(state).deactivate(None, Actor::System, at(LATER));
        assert_eq!(refused, Err(refusal));
    }
}

#[test]
fn an_inactive_user_is_taken_back_into_service() {
    let user = in_state(UserState::Inactive);
    let change = user.reactivate(said(), somebody(), at(LATER)).unwrap();
    let expected = UserRecord {
        state: UserState::Active,
        sequence: user.sequence().next(),
        failures_forgotten_at: Some(at(LATER)),
        changed_at: at(LATER),
        ..user.record().clone()
    };
    assert_eq!(*change.user().record(), expected);
    assert_eq!(change.event().kind, UserEventKind::Reactivated { reason: said() });
    assert_eq!(change.event().actor, somebody());
    assert!(!change.ends_activity());
    assert_eq!(change.profile_edit(), None);
}

#[test]
fn only_an_inactive_user_is_taken_back() {
    for state in [UserState::Active, locked(), UserState::Deleted] {
        let refused = in_state(state).reactivate(None, Actor::System, at(LATER));
        assert_eq!(refused, Err(NotInactive));
    }
}

#[test]
fn whoever_was_locked_and_put_aside_comes_back_without_the_lock() {
    let user = in_state(locked());
    let aside = user.deactivate(None, Actor::System, at(LATER)).unwrap();
    let back = aside.user().reactivate(None, Actor::System, at(LATER)).unwrap();
    assert_eq!(*back.user().state(at(LATER)), UserState::Active);
    assert!(back.user().unlock(None, Actor::System, at(LATER)).is_err());
}

#[test]
fn a_user_is_deleted_from_every_state_and_loses_all_that_is_personal() {
    for state in [UserState::Active, locked(), UserState::Inactive] {
        let user = in_state(state);
        let change = user.delete(somebody(), at(LATER)).unwrap();
        let expected = UserRecord {
            state: UserState::Deleted,
            sequence: user.sequence().next(),
            password_failures: Vec::new(),
            policy_locks: 0,
            changed_at: at(LATER),
            ..user.record().clone()
        };
        assert_eq!(*change.user().record(), expected);
        assert_eq!(change.event().kind, UserEventKind::Deleted);
        assert_eq!(change.event().actor, somebody());
        assert_eq!(change.profile_edit(), Some(&ProfileEdit::Erase));
        assert!(change.ends_activity());
    }
}

#[test]
fn nobody_is_deleted_twice() {
    let refused = in_state(UserState::Deleted).delete(Actor::System, at(LATER));
    assert_eq!(refused, Err(UserDeleted));
}

#[test]
fn an_event_is_never_dated_before_the_one_in_front_of_it() {
    let active = in_state(UserState::Active);
    let aside = active.deactivate(None, Actor::System, at(BEHIND)).unwrap();
    let back = aside.user().reactivate(None, Actor::System, at(BEHIND)).unwrap();
    let gone = back.user().delete(Actor::System, at(BEHIND)).unwrap();
    for change in [aside, back, gone] {
        assert_eq!(change.event().time, at(BEGIN));
        assert_eq!(change.user().changed_at(), at(BEGIN));
    }
}
