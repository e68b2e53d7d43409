//! The transitions one by one, from every state.

use unlockd_domain::{
    Actor, Lock, LockCause, LockOrder, LockRefusal, LockScope, NotLocked, Reason, Sequence, UnlockCause, User,
    UserEventKind, UserRecord, UserState,
};

use crate::{at, created, organization_id, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";
const LATER: &str = "2024-06-25T13:36:00Z";

fn order() -> LockOrder {
    LockOrder {
        cause: LockCause::Operator,
        reason: Reason::parse("moved on").unwrap(),
        until: Some(at("2025-01-01T00:00:00Z")),
    }
}

fn lock() -> Lock {
    Lock {
        since: at(BEGIN),
        cause: LockCause::Policy,
        by: Actor::System,
        reason: None,
        until: None,
        scope: LockScope::AllUse,
    }
}

fn in_state(state: UserState) -> User {
    crate::in_state(BEGIN, state)
}

#[test]
fn a_new_user_is_active_and_begins_the_history() {
    let change = created(BEGIN);
    let expected = UserRecord {
        id: user_id("u"),
        organization: organization_id("acme"),
        state: UserState::Active,
        sequence: Sequence::FIRST,
        password_failures: Vec::new(),
        policy_locks: 0,
        failures_forgotten_at: None,
        created_at: at(BEGIN),
        changed_at: at(BEGIN),
    };
    assert_eq!(*change.user().record(), expected);
    assert_eq!(change.event().kind, UserEventKind::Created);
    assert_eq!(change.event().sequence, Sequence::FIRST);
    assert_eq!(change.expected_sequence(), None);
    assert!(!change.ends_activity());
}

#[test]
fn locking_an_active_user_keeps_all_that_was_said_about_it() {
    let somebody = Actor::User(user_id("somebody"));
    let change = in_state(UserState::Active)
        .lock(order(), somebody.clone(), at(LATER))
        .unwrap();
    let expected = Lock {
        since: at(LATER),
        cause: LockCause::Operator,
        by: somebody,
        reason: order().reason,
        until: order().until,
        scope: LockScope::AllUse,
    };
    assert_eq!(*change.user().state(at(LATER)), UserState::Locked(expected));
    assert_eq!(change.user().failed_password_attempts(at(LATER)), 5);
    assert_eq!(change.user().created_at(), at(BEGIN));
    assert!(change.ends_activity());
}

#[test]
fn a_user_who_is_neither_active_nor_locked_by_the_policy_is_not_locked() {
    let by_operator = Lock {
        cause: LockCause::Operator,
        ..lock()
    };
    let refusals = [
        (UserState::Locked(by_operator), LockRefusal::AlreadyLocked),
        (UserState::Inactive, LockRefusal::NotActive),
        (UserState::Deleted, LockRefusal::NotActive),
    ];
    for (state, refusal) in refusals {
        let user = in_state(state);
        assert_eq!(user.lock(order(), Actor::System, at(LATER)), Err(refusal), "{user:?}");
    }
}

#[test]
fn an_operators_lock_takes_the_place_of_one_of_the_policy_and_of_an_operators_only_where_that_is_said() {
    for cause in [LockCause::Policy, LockCause::Operator] {
        let user = in_state(UserState::Locked(Lock { cause, ..lock() }));
        let Ok(change) = user.replace_lock(None, None, Actor::System, at(LATER)) else {
            panic!("a lock can be replaced");
        };
        let UserState::Locked(replaced) = &change.user().record().state else {
            panic!("the user is still locked");
        };
        assert_eq!(
            (replaced.since, replaced.cause, replaced.until),
            (at(LATER), LockCause::Operator, None)
        );
        assert_eq!(change.events().count(), 1);
        assert!(change.ends_use());
        assert_eq!(
            user.lock(order(), Actor::System, at(LATER)).is_ok(),
            cause == LockCause::Policy
        );
        let by_policy = LockOrder {
            cause: LockCause::Policy,
            ..order()
        };
        let refused = user.lock(by_policy, Actor::System, at(LATER));
        assert_eq!(refused, Err(LockRefusal::AlreadyLocked), "the policy replaces no lock");
    }
    for state in [UserState::Inactive, UserState::Deleted] {
        let refused = in_state(state).replace_lock(None, None, Actor::System, at(LATER));
        assert_eq!(refused, Err(LockRefusal::NotActive));
    }
}

#[test]
fn the_end_of_a_lock_lies_after_its_beginning() {
    let user = in_state(UserState::Active);
    let until = |time| LockOrder {
        until: Some(at(time)),
        ..order()
    };
    for refused in ["0001-01-01T00:00:00Z", "2024-06-25T13:35:59.999999Z", LATER] {
        let result = user.lock(until(refused), Actor::System, at(LATER));
        assert_eq!(result, Err(LockRefusal::UntilNotInFuture), "{refused}");
    }
    for accepted in ["2024-06-25T13:36:00.000001Z", "9999-12-31T23:59:59.999999Z"] {
        let result = user.lock(until(accepted), Actor::System, at(LATER));
        assert!(result.is_ok(), "{accepted}");
    }
}

#[test]
fn the_end_of_a_lock_is_compared_with_its_moment_and_not_with_a_clock_that_is_behind() {
    let user = in_state(UserState::Active);
    let behind = at("2024-06-25T13:00:00Z");
    let between = LockOrder {
        until: Some(at("2024-06-25T13:30:00Z")),
        ..order()
    };
    assert_eq!(
        user.lock(between, Actor::System, behind),
        Err(LockRefusal::UntilNotInFuture)
    );
}

#[test]
fn unlocking_a_locked_user_ends_the_lock_and_forgets_failed_attempts() {
    let change = in_state(UserState::Locked(lock()))
        .unlock(Reason::parse("it was me").unwrap(), Actor::System, at(LATER))
        .unwrap();
    assert_eq!(*change.user().state(at(LATER)), UserState::Active);
    assert_eq!(change.user().failed_password_attempts(at(LATER)), 0);
    assert_eq!(change.user().changed_at(), at(LATER));
    assert!(!change.ends_activity());
    assert_eq!(change.user().record().failures_forgotten_at, Some(at(LATER)));
    let unlocked = UserEventKind::Unlocked {
        cause: UnlockCause::Operator,
        reason: Reason::parse("it was me").unwrap(),
    };
    assert_eq!(change.event().kind, unlocked);
}

#[test]
fn only_a_locked_user_is_unlocked() {
    for state in [UserState::Active, UserState::Inactive, UserState::Deleted] {
        let user = in_state(state);
        assert_eq!(user.unlock(None, Actor::System, at(LATER)), Err(NotLocked), "{user:?}");
    }
}

#[test]
fn unlocking_twice_is_refused_the_second_time() {
    let locked = in_state(UserState::Locked(lock()));
    let unlocked = locked.unlock(None, Actor::System, at(LATER)).unwrap();
    assert_eq!(unlocked.user().unlock(None, Actor::System, at(LATER)), Err(NotLocked));
}

#[test]
fn an_event_is_never_dated_before_the_one_in_front_of_it() {
    let behind = at("1999-12-31T23:59:59Z");
    let locked = in_state(UserState::Active)
        .lock(order(), Actor::System, behind)
        .unwrap();
    assert_eq!(locked.event().time, at(BEGIN));
    let unlocked = locked.user().unlock(None, Actor::System, behind).unwrap();
    assert_eq!(unlocked.event().time, at(BEGIN));
}

#[test]
fn states_have_the_names_of_the_api() {
    let states = [
        (UserState::Active, "USER_STATE_ACTIVE"),
        (UserState::Inactive, "USER_STATE_INACTIVE"),
        (UserState::Locked(lock()), "USER_STATE_LOCKED"),
        (UserState::Deleted, "USER_STATE_DELETED"),
    ];
    for (state, name) in states {
        assert_eq!(state.wire_name(), name);
    }
}

#[test]
fn lock_causes_are_read_by_their_stored_names() {
    for cause in [LockCause::Operator, LockCause::Policy] {
        assert_eq!(cause.as_str().parse(), Ok(cause));
    }
    for unknown in ["", "Operator", "policy "] {
        assert!(unknown.parse::<LockCause>().is_err(), "{unknown:?}");
        assert!(unknown.parse::<UnlockCause>().is_err(), "{unknown:?}");
    }
    let causes = [UnlockCause::Operator, UnlockCause::Expired, UnlockCause::PasswordReset];
    assert_eq!(
        causes.map(UnlockCause::as_str),
        ["operator", "expired", "password_reset"]
    );
    for cause in causes {
        assert_eq!(cause.as_str().parse(), Ok(cause));
    }
}

#[test]
fn an_actor_is_a_user_or_the_system() {
    for user in [None, Some(user_id("somebody"))] {
        assert_eq!(Actor::from(user.clone()).user_id(), user.as_ref());
    }
    assert_eq!(Actor::from(None), Actor::System);
}
