//! What right and wrong passwords do to a user.

use std::time::Duration;

use unlockd_domain::{
    Actor, AttemptLimit, Lock, LockCause, LockScope, LockoutPolicy, PasswordHash, PolicySpan, ProfileEdit,
    SignInRefused, Source, Timestamp, User, UserChange, UserEventKind, UserEventName, UserRecord, UserState,
};

use crate::{at, created, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";

/// Three wrong passwords within ten seconds lock for a minute.
fn policy() -> LockoutPolicy {
    let span = |seconds| PolicySpan::new(Duration::from_secs(seconds)).unwrap();
    LockoutPolicy {
        max_password_attempts: AttemptLimit::new(3).unwrap(),
        attempt_window: span(10),
        lock_duration: Some(span(60)),
        ..LockoutPolicy::DEFAULT
    }
}

fn unlimited() -> LockoutPolicy {
    LockoutPolicy {
        max_password_attempts: AttemptLimit::new(0).unwrap(),
        ..policy()
    }
}

/// So long after the user came to be.
fn after(seconds: u64) -> Timestamp {
    at(BEGIN).saturating_add(Duration::from_secs(seconds))
}

fn page() -> Actor {
    Actor::User(user_id("login page"))
}

fn fail(user: &User, seconds: u64) -> Result<UserChange, SignInRefused> {
    user.fail_password_check(&policy(), true, page(), after(seconds))
}

fn pass(user: &User, seconds: u64) -> Result<UserChange, SignInRefused> {
    user.pass_password_check(&policy(), None, page(), after(seconds))
}

/// A user after wrong passwords at these moments.
fn failed_at(moments: &[u64]) -> User {
    let new = created(BEGIN).user().clone();
    moments
        .iter()
        .fold(new, |user, seconds| fail(&user, *seconds).unwrap().user().clone())
}

fn names(change: &UserChange) -> Vec<UserEventName> {
    change.events().map(|event| event.kind.name()).collect()
}

#[test]
fn a_wrong_password_counts_for_as_long_as_the_policy_says() {
    let change = fail(created(BEGIN).user(), 1).unwrap();
    let counts_until = after(11);
    assert_eq!(change.event().kind, UserEventKind::PasswordCheckFailed { counts_until });
    assert_eq!((&change.event().actor, change.event().time), (&page(), after(1)));
    assert_eq!(change.profile_edit(), None);
    assert!(!change.ends_activity());
    let user = change.user();
    let just_before = after(10).saturating_add(Duration::from_micros(999_999));
    assert_eq!(user.failed_password_attempts(just_before), 1);
    assert_eq!(user.failed_password_attempts(after(11)), 0);
}

#[test]
fn one_wrong_password_too_many_locks_in_the_same_change() {
    let source = Source::trusted("203.0.113.7".to_owned());
    let change = fail(&failed_at(&[1, 2]), 3).unwrap().from_source(Some(&source));
    assert_eq!(
        names(&change),
        [UserEventName::PasswordCheckFailed, UserEventName::Locked]
    );
    let lock = Lock {
        since: after(3),
        cause: LockCause::Policy,
        by: Actor::System,
        reason: None,
        until: Some(after(63)),
        scope: LockScope::SignIn,
    };
    assert_eq!(*change.user().state(after(3)), UserState::Locked(lock));
    assert_eq!(change.user().failed_password_attempts(after(3)), 3);
    assert_eq!(change.user().record().policy_locks, 1);
    assert!(change.ends_activity());
    assert!(change.events().all(|event| event.source == Some(source.clone())));
    let actors: Vec<_> = change.events().map(|event| event.actor.clone()).collect();
    assert_eq!(actors, [page(), Actor::System]);
}

#[test]
fn wrong_passwords_that_are_further_apart_than_the_window_never_lock() {
    let mut user = created(BEGIN).user().clone();
    for number in 0..20 {
        let change = fail(&user, number * 5).unwrap();
        assert_eq!(names(&change), [UserEventName::PasswordCheckFailed]);
        user = change.user().clone();
    }
    assert_eq!(user.failed_password_attempts(after(95)), 2);
}

#[test]
fn nothing_is_tried_behind_a_lock_be_it_right() {
    let locked = fail(&failed_at(&[1, 2]), 3).unwrap().user().clone();
    for seconds in [3, 30, 62] {
        assert!(!locked.admits_password_check(&policy(), after(seconds)));
        assert_eq!(fail(&locked, seconds), Err(SignInRefused));
        assert_eq!(pass(&locked, seconds), Err(SignInRefused));
    }
    assert!(locked.admits_password_check(&policy(), after(63)));
}

#[test]
fn no_password_of_a_user_who_is_not_active_is_tried() {
    let lock = Lock {
        since: at(BEGIN),
        cause: LockCause::Operator,
        by: page(),
        reason: None,
        until: None,
        scope: LockScope::SignIn,
    };
    for state in [UserState::Inactive, UserState::Deleted, UserState::Locked(lock)] {
        let user = crate::in_state(BEGIN, state);
        assert!(!user.admits_password_check(&unlimited(), after(1)));
        let failed = user.fail_password_check(&unlimited(), true, page(), after(1));
        assert_eq!(failed, Err(SignInRefused));
        let passed = user.pass_password_check(&unlimited(), None, page(), after(1));
        assert_eq!(passed, Err(SignInRefused));
    }
}

#[test]
fn the_right_password_forgets_the_wrong_ones_and_the_locks_before() {
    let before = User::from(UserRecord {
        policy_locks: 3,
        ..failed_at(&[1, 2]).record().clone()
    });
    let change = pass(&before, 3).unwrap();
    assert_eq!(names(&change), [UserEventName::PasswordCheckSucceeded]);
    assert_eq!(change.event().actor, page());
    let expected = UserRecord {
        sequence: before.sequence().next(),
        password_failures: Vec::new(),
        policy_locks: 0,
        changed_at: after(3),
        ..before.record().clone()
    };
    assert_eq!(*change.user().record(), expected);
    assert_eq!(change.profile_edit(), None);
}

#[test]
fn with_the_right_password_an_outdated_hash_is_replaced() {
    let hash = PasswordHash::trusted("a newer hash".to_owned());
    let user = created(BEGIN).user().clone();
    let change = user.pass_password_check(&policy(), Some(hash.clone()), page(), after(1));
    assert_eq!(change.unwrap().profile_edit(), Some(&ProfileEdit::Rehash(hash)));
}

#[test]
fn behind_an_expired_lock_an_attempt_is_the_first_one_again() {
    let locked = fail(&failed_at(&[1, 2]), 3).unwrap().user().clone();
    let failed = fail(&locked, 63).unwrap();
    assert_eq!(
        names(&failed),
        [UserEventName::Unlocked, UserEventName::PasswordCheckFailed]
    );
    assert_eq!(failed.user().failed_password_attempts(after(63)), 1);
    assert_eq!(failed.expected_sequence(), Some(locked.sequence()));

    let passed = pass(&locked, 64).unwrap();
    assert_eq!(
        names(&passed),
        [UserEventName::Unlocked, UserEventName::PasswordCheckSucceeded]
    );
    assert_eq!(passed.user().record().policy_locks, 0);
}

#[test]
fn a_single_wrong_password_can_end_one_lock_and_begin_the_next() {
    let strict = LockoutPolicy {
        max_password_attempts: AttemptLimit::new(1).unwrap(),
        ..policy()
    };
    let fail = |user: &User, seconds| user.fail_password_check(&strict, true, page(), after(seconds)).unwrap();
    let first = fail(created(BEGIN).user(), 0);
    let second = fail(first.user(), 100);
    assert_eq!(
        names(&second),
        [
            UserEventName::Unlocked,
            UserEventName::PasswordCheckFailed,
            UserEventName::Locked
        ]
    );
    let times: Vec<_> = second.events().map(|event| event.time).collect();
    assert_eq!(times, [after(60), after(100), after(100)]);
    // Twice as long as the first one.
    assert_eq!(second.event().kind.lock_until(), Some(after(220)));
}

#[test]
fn whoever_cannot_be_spared_is_not_locked_and_still_spared_guesses() {
    let fail = |user: &User, seconds| user.fail_password_check(&policy(), false, page(), after(seconds));
    let third = fail(&failed_at(&[1, 2]), 3).unwrap();
    assert_eq!(names(&third), [UserEventName::PasswordCheckFailed]);
    let owner = third.user();
    assert_eq!(*owner.state(after(3)), UserState::Active);
    assert!(!owner.admits_password_check(&policy(), after(10)));
    assert_eq!(fail(owner, 10), Err(SignInRefused));
    assert_eq!(pass(owner, 10), Err(SignInRefused));
    // The first failure has left the window.
    assert!(owner.admits_password_check(&policy(), after(11)));
    assert!(pass(owner, 11).is_ok());
}

#[test]
fn without_a_limit_nobody_is_locked_and_the_failures_that_are_kept_are_bounded() {
    let mut user = created(BEGIN).user().clone();
    for _ in 0..150 {
        let change = user.fail_password_check(&unlimited(), true, page(), after(1)).unwrap();
        assert_eq!(names(&change), [UserEventName::PasswordCheckFailed]);
        user = change.user().clone();
    }
    assert_eq!(user.record().password_failures.len(), 100);
    assert!(user.admits_password_check(&unlimited(), after(1)));
}

#[test]
fn a_policy_that_becomes_stricter_lets_nothing_be_tried_but_locks_nobody_by_itself() {
    let user = failed_at(&[1, 2]);
    let strict = LockoutPolicy {
        max_password_attempts: AttemptLimit::new(2).unwrap(),
        ..policy()
    };
    assert_eq!(*user.state(after(3)), UserState::Active);
    assert!(!user.admits_password_check(&strict, after(3)));
    assert!(user.admits_password_check(&strict, after(11)));
}

#[test]
fn by_a_clock_that_is_behind_wrong_passwords_add_up_and_lock_for_as_long() {
    let mut ahead = User::from(UserRecord {
        changed_at: after(100),
        ..created(BEGIN).user().record().clone()
    });
    for seconds in [1, 2] {
        ahead = fail(&ahead, seconds).unwrap().user().clone();
    }
    let change = fail(&ahead, 3).unwrap();
    let UserState::Locked(lock) = &change.user().record().state else {
        panic!("three wrong passwords lock");
    };
    assert_eq!((lock.since, lock.until), (after(100), Some(after(160))));
}
