//! A lock ends at the moment that was set, whether or not anything has touched the user, and is written down once.

use unlockd_domain::{
    Actor, Lock, LockCause, LockOrder, LockRefusal, LockScope, NotInactive, NotLocked, PasswordHash, ProfileEdit,
    Source, Timestamp, UnlockCause, User, UserChange, UserData, UserEventKind, UserEventName, UserRecord, UserState,
};

use crate::{at, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";
const LAST_MOMENT: &str = "2024-06-25T13:59:59.999999Z";
const UNTIL: &str = "2024-06-25T14:00:00Z";
const LATER: &str = "2024-06-25T15:00:00Z";

fn locked_until(cause: LockCause, until: Option<&str>) -> User {
    let lock = Lock {
        since: at(BEGIN),
        cause,
        by: Actor::System,
        reason: None,
        until: until.map(at),
        scope: LockScope::AllUse,
    };
    crate::in_state(BEGIN, UserState::Locked(lock))
}

fn locked() -> User {
    locked_until(LockCause::Policy, Some(UNTIL))
}

fn somebody() -> Actor {
    Actor::User(user_id("somebody"))
}

/// The names of the events, in order.
fn names(change: &UserChange) -> Vec<UserEventName> {
    change.events().map(|event| event.kind.name()).collect()
}

fn is_locked(state: &UserState) -> bool {
    matches!(state, UserState::Locked(_))
}

#[test]
fn a_user_is_active_from_the_moment_at_which_the_lock_ends() {
    for cause in [LockCause::Operator, LockCause::Policy] {
        let user = locked_until(cause, Some(UNTIL));
        assert!(is_locked(user.state(at(LAST_MOMENT))));
        assert!(!user.has_expired_lock(at(LAST_MOMENT)));
        for moment in [UNTIL, LATER] {
            assert_eq!(*user.state(at(moment)), UserState::Active);
            assert!(user.has_expired_lock(at(moment)));
        }
    }
}

#[test]
fn a_lock_without_an_end_holds_for_ever() {
    for cause in [LockCause::Operator, LockCause::Policy] {
        let user = locked_until(cause, None);
        assert!(is_locked(user.state(Timestamp::MAX)));
        assert_eq!(user.lift_expired_lock(Timestamp::MAX), None);
    }
}

#[test]
fn with_the_lock_the_count_of_wrong_passwords_ends() {
    let user = locked();
    assert_eq!(user.failed_password_attempts(at(LAST_MOMENT)), 5);
    assert_eq!(user.failed_password_attempts(at(UNTIL)), 0);
}

#[test]
fn the_end_is_written_down_with_its_own_time_by_nobody_from_nowhere() {
    let user = locked();
    assert_eq!(user.lift_expired_lock(at(LAST_MOMENT)), None);
    let source = Source::trusted("203.0.113.7".to_owned());
    for moment in [UNTIL, LATER] {
        let lifted = user.lift_expired_lock(at(moment)).unwrap().from_source(Some(&source));
        let event = lifted.event();
        assert_eq!(names(&lifted), [UserEventName::Unlocked]);
        assert_eq!(
            event.kind,
            UserEventKind::Unlocked {
                cause: UnlockCause::Expired,
                reason: None
            }
        );
        assert_eq!(
            (event.time, &event.actor, &event.source),
            (at(UNTIL), &Actor::System, &None)
        );
        assert_eq!(lifted.expected_sequence(), Some(user.sequence()));
        assert_eq!(lifted.user().changed_at(), at(UNTIL));
        assert_eq!(lifted.profile_edit(), None);
        assert!(!lifted.ends_activity());
        assert_eq!(lifted.user().lift_expired_lock(at(LATER)), None);
    }
}

#[test]
fn users_who_are_not_locked_have_nothing_to_be_lifted() {
    for state in [UserState::Active, UserState::Inactive, UserState::Deleted] {
        assert_eq!(crate::in_state(BEGIN, state).lift_expired_lock(at(LATER)), None);
    }
}

/// Every change that a user can be asked for whose lock has expired, and the event that it is about.
fn changes(user: &User) -> Vec<(UserEventName, UserChange)> {
    let (by, now) = (somebody, at(LATER));
    let order = LockOrder {
        cause: LockCause::Operator,
        reason: None,
        until: None,
    };
    let data = UserData::from_json("{}").unwrap();
    let hash = PasswordHash::trusted("a hash".to_owned());
    vec![
        (UserEventName::Locked, user.lock(order, by(), now).unwrap()),
        (UserEventName::Deactivated, user.deactivate(None, by(), now).unwrap()),
        (UserEventName::Deleted, user.delete(by(), now).unwrap()),
        (UserEventName::Updated, user.update(data, by(), now).unwrap()),
        (
            UserEventName::PasswordChanged,
            user.set_password(hash.clone(), false, by(), now).unwrap(),
        ),
        (
            UserEventName::PasswordChanged,
            user.reset_password(hash, false, by(), now).unwrap(),
        ),
    ]
}

#[test]
fn whatever_happens_to_a_user_afterwards_comes_behind_the_end_of_the_lock_in_one_change() {
    let user = locked();
    let source = Source::trusted("203.0.113.7".to_owned());
    for (name, change) in changes(&user) {
        let change = change.from_source(Some(&source));
        assert_eq!(names(&change), [UserEventName::Unlocked, name]);
        assert_eq!(change.expected_sequence(), Some(user.sequence()), "{name}");
        let [unlocked, event] = change.events().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(unlocked.kind.unlock_cause(), Some(UnlockCause::Expired));
        assert_eq!((unlocked.time, event.time), (at(UNTIL), at(LATER)));
        assert_eq!((&unlocked.actor, &event.actor), (&Actor::System, &somebody()));
        assert_eq!((&unlocked.source, &event.source), (&None, &Some(source.clone())));
        assert_eq!(event.sequence, unlocked.sequence.next());
        assert_eq!(change.event(), event);
        assert_eq!(change.user().sequence(), event.sequence);
        assert_eq!(change.user().changed_at(), at(LATER));
    }
}

#[test]
fn a_user_whose_lock_has_expired_can_be_locked_again_and_not_unlocked() {
    let order = |until| LockOrder {
        cause: LockCause::Operator,
        reason: None,
        until: Some(at(until)),
    };
    let user = locked_until(LockCause::Operator, Some(UNTIL));
    let again = |now| user.lock(order("2024-06-26T00:00:00Z"), somebody(), at(now));
    assert_eq!(again(LAST_MOMENT), Err(LockRefusal::AlreadyLocked));
    let Ok(change) = again(UNTIL) else {
        panic!("the lock has expired");
    };
    let UserState::Locked(lock) = change.user().state(at(UNTIL)) else {
        panic!("the user is locked again");
    };
    assert_eq!((lock.since, lock.cause), (at(UNTIL), LockCause::Operator));

    assert!(user.unlock(None, somebody(), at(LAST_MOMENT)).is_ok());
    for now in [UNTIL, LATER] {
        assert_eq!(user.unlock(None, somebody(), at(now)), Err(NotLocked));
        assert_eq!(user.reactivate(None, somebody(), at(now)), Err(NotInactive));
    }
}

#[test]
fn a_clock_that_is_behind_does_not_see_the_end_yet() {
    let user = locked();
    let data = UserData::from_json("{}").unwrap();
    let change = user.update(data, somebody(), at("1999-12-31T23:59:59Z")).unwrap();
    assert_eq!(names(&change), [UserEventName::Updated]);
    assert!(is_locked(&change.user().record().state));
}

#[test]
fn an_end_that_lies_before_the_last_event_is_dated_like_that_event() {
    let renamed = locked_until(LockCause::Operator, Some("2024-06-25T13:35:39.148124Z"));
    let long_ago = User::from(UserRecord {
        changed_at: at(UNTIL),
        ..renamed.record().clone()
    });
    let lifted = long_ago.lift_expired_lock(at(LATER)).unwrap();
    assert_eq!(lifted.event().time, at(UNTIL));
}

#[test]
fn erasing_a_user_whose_lock_has_expired_is_still_an_erasure() {
    let change = locked().delete(somebody(), at(LATER)).unwrap();
    assert_eq!(change.profile_edit(), Some(&ProfileEdit::Erase));
    assert!(change.ends_activity());
}
