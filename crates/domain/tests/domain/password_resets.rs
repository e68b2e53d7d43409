//! Codes by which a password is replaced: how long and how often they may be tried, and what comes of it.

use unlockd_domain::{
    Actor, Lock, LockCause, LockScope, PasswordHash, PasswordReset, ProfileEdit, StoredPassword, UnlockCause, User,
    UserDeleted, UserEventKind, UserEventName, UserState,
};

use crate::{at, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";
const LATER: &str = "2024-06-25T13:36:00Z";
const JUST_LATER: &str = "2024-06-25T13:36:00.000001Z";
const EXPIRY: &str = "2024-06-25T13:50:00Z";

fn reset(failed_attempts: u32) -> PasswordReset {
    PasswordReset {
        code_hash: PasswordHash::trusted("a code's hash".to_owned()),
        expires_at: at(EXPIRY),
        failed_attempts,
    }
}

fn new_hash() -> PasswordHash {
    PasswordHash::trusted("a password's hash".to_owned())
}

fn somebody() -> Actor {
    Actor::User(user_id("somebody"))
}

fn locked(cause: LockCause) -> UserState {
    UserState::Locked(Lock {
        since: at(BEGIN),
        cause,
        by: Actor::System,
        reason: None,
        until: None,
        scope: LockScope::AllUse,
    })
}

/// A user in each state in which there is a password to be replaced.
fn living() -> [User; 4] {
    [
        UserState::Active,
        UserState::Inactive,
        locked(LockCause::Operator),
        locked(LockCause::Policy),
    ]
    .map(|state| crate::in_state(BEGIN, state))
}

#[test]
fn a_code_works_until_it_expires_or_was_guessed_at_five_times() {
    let last_moment = "2024-06-25T13:49:59.999999Z";
    for failed in 0..5 {
        assert!(reset(failed).is_open(at(last_moment)), "{failed}");
        assert!(!reset(failed).is_open(at(EXPIRY)), "{failed}");
    }
    assert!(!reset(5).is_open(at(BEGIN)));
}

#[test]
fn each_wrong_code_is_counted_and_the_fifth_uses_it_up() {
    let mut open = Some(reset(0));
    for failed in 1..5 {
        open = open.and_then(|open| open.after_failure());
        assert_eq!(open, Some(reset(failed)));
    }
    assert_eq!(open.and_then(|open| open.after_failure()), None);
}

#[test]
fn a_code_is_asked_for_and_missed_in_every_state_but_the_last() {
    for user in living() {
        let requested = user.request_password_reset(reset(0), somebody(), at(LATER)).unwrap();
        assert_eq!(requested.event().kind, UserEventKind::PasswordResetRequested);
        let edit = ProfileEdit::SetPasswordReset(Some(reset(0)));
        assert_eq!(requested.profile_edit(), Some(&edit));

        let missed = user.fail_password_reset(&reset(3), somebody(), at(LATER)).unwrap();
        assert_eq!(missed.event().kind, UserEventKind::PasswordResetFailed);
        let edit = ProfileEdit::SetPasswordReset(Some(reset(4)));
        assert_eq!(missed.profile_edit(), Some(&edit));

        let used_up = user.fail_password_reset(&reset(4), somebody(), at(LATER)).unwrap();
        assert_eq!(used_up.profile_edit(), Some(&ProfileEdit::SetPasswordReset(None)));

        for change in [requested, missed, used_up] {
            let (before, after) = (user.record(), change.user().record());
            assert_eq!(
                (&after.state, &after.password_failures),
                (&before.state, &before.password_failures)
            );
            assert_eq!(after.failures_forgotten_at, None);
            assert!(!change.ends_activity());
        }
    }
    let gone = crate::in_state(BEGIN, UserState::Deleted);
    assert_eq!(
        gone.request_password_reset(reset(0), somebody(), at(LATER)),
        Err(UserDeleted)
    );
    assert_eq!(
        gone.fail_password_reset(&reset(0), somebody(), at(LATER)),
        Err(UserDeleted)
    );
    assert_eq!(
        gone.reset_password(new_hash(), false, somebody(), at(LATER)),
        Err(UserDeleted)
    );
}

#[test]
fn a_reset_replaces_the_password_and_forgets_the_wrong_ones() {
    for user in living() {
        for change_required in [false, true] {
            let change = user
                .reset_password(new_hash(), change_required, somebody(), at(LATER))
                .unwrap();
            let time = change.event().time;
            assert!(
                (at(LATER)..=at(JUST_LATER)).contains(&time),
                "the end of a lock goes before it"
            );
            let password = StoredPassword {
                hash: new_hash(),
                changed_at: time,
                change_required,
            };
            let edit = ProfileEdit::ReplacePassword {
                password,
                kept_session: None,
            };
            assert_eq!(change.profile_edit(), Some(&edit));
            assert_eq!(change.event().kind, UserEventKind::PasswordChanged);
            assert_eq!(change.event().actor, somebody());
            assert_eq!(change.user().record().password_failures, []);
            assert_eq!(change.user().record().failures_forgotten_at, Some(time));
        }
    }
}

#[test]
fn a_reset_lifts_a_lock_of_the_policy_and_no_operators() {
    for (user, state, locks) in [
        (locked(LockCause::Policy), UserState::Active, 0),
        (locked(LockCause::Operator), locked(LockCause::Operator), 2),
        (UserState::Inactive, UserState::Inactive, 2),
    ]
    .map(|(before, after, locks)| (crate::in_state(BEGIN, before), after, locks))
    {
        let change = user.reset_password(new_hash(), false, somebody(), at(LATER)).unwrap();
        assert_eq!(*change.user().state(at(LATER)), state);
        assert_eq!(change.user().record().policy_locks, locks);
        assert_eq!(change.expected_sequence(), Some(user.sequence()));
        let events: Vec<_> = change.events().map(|event| event.kind.name()).collect();
        if state == UserState::Active {
            assert_eq!(events, [UserEventName::Unlocked, UserEventName::PasswordChanged]);
            let unlocked = change.events().next().unwrap();
            assert_eq!(unlocked.kind.unlock_cause(), Some(UnlockCause::PasswordReset));
            assert_eq!((&unlocked.actor, unlocked.time), (&somebody(), at(LATER)));
        } else {
            assert_eq!(events, [UserEventName::PasswordChanged]);
        }
    }
}
