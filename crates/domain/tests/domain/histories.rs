//! What is no history of one user.

use unlockd_domain::{
    Actor, Lock, LockCause, LockOrder, LockScope, ReplayError, Sequence, UnlockCause, User, UserEvent, UserEventKind,
    UserRecord, UserState,
};

use crate::events::every_kind;
use crate::{at, created, user_id};

const BEGIN: &str = "2024-06-25T13:35:39.148123Z";

/// Created, locked, unlocked.
fn history() -> Vec<UserEvent> {
    let order = LockOrder {
        cause: LockCause::Operator,
        reason: None,
        until: None,
    };
    let created = created(BEGIN);
    let locked = created.user().lock(order, Actor::System, at(BEGIN)).unwrap();
    let unlocked = locked.user().unlock(None, Actor::System, at(BEGIN)).unwrap();
    [created, locked, unlocked]
        .map(|change| change.event().clone())
        .to_vec()
}

fn number(sequence: u64) -> Sequence {
    Sequence::new(sequence).unwrap()
}

#[test]
fn a_history_begins_with_the_creation() {
    assert_eq!(User::replay(&[]), Err(ReplayError::NoBeginning));
    assert_eq!(User::replay(&history()[1..]), Err(ReplayError::NoBeginning));
    let mut late = history();
    late[0].sequence = number(2);
    assert_eq!(User::replay(&late[..1]), Err(ReplayError::NoBeginning));
}

#[test]
fn a_missing_event_is_a_gap() {
    let mut history = history();
    history.remove(1);
    assert_eq!(User::replay(&history), Err(ReplayError::Gap(number(3))));
}

#[test]
fn an_event_of_somebody_else_is_a_gap() {
    let mut history = history();
    history[1].user_id = user_id("somebody else");
    assert_eq!(User::replay(&history), Err(ReplayError::Gap(number(2))));
}

#[test]
fn events_that_cannot_follow_on_each_other_are_illegal() {
    let (created, locked, unlocked) = (0, 1, 2);
    for second in [created, unlocked] {
        let mut events = vec![history()[created].clone(), history()[second].clone()];
        events[1].sequence = number(2);
        assert_eq!(User::replay(&events), Err(ReplayError::IllegalTransition(number(2))));
    }
    // An operator's lock can take the place of another one, the policy's cannot.
    let mut twice = history();
    twice[unlocked].kind = twice[locked].kind.clone();
    assert!(User::replay(&twice).is_ok());
    twice[unlocked].kind = UserEventKind::Locked {
        cause: LockCause::Policy,
        reason: None,
        until: None,
        scope: LockScope::SignIn,
    };
    assert_eq!(User::replay(&twice), Err(ReplayError::IllegalTransition(number(3))));
}

/// Which events may follow on a state, word by word from the table of the design.
fn legal(kind: &UserEventKind) -> &'static [&'static str] {
    match kind {
        UserEventKind::Created => &[],
        UserEventKind::Locked { .. }
        | UserEventKind::PasswordCheckSucceeded
        | UserEventKind::PasswordCheckFailed { .. } => &["USER_STATE_ACTIVE"],
        UserEventKind::Unlocked { .. } => &["USER_STATE_LOCKED"],
        UserEventKind::Deactivated { .. } => &["USER_STATE_ACTIVE", "USER_STATE_LOCKED"],
        UserEventKind::Reactivated { .. } => &["USER_STATE_INACTIVE"],
        UserEventKind::Updated
        | UserEventKind::Deleted
        | UserEventKind::UsernameAdded
        | UserEventKind::UsernameRemoved
        | UserEventKind::PasswordChanged
        | UserEventKind::PasswordResetRequested
        | UserEventKind::PasswordResetFailed
        | UserEventKind::RoleGranted { .. }
        | UserEventKind::RoleRemoved { .. } => &["USER_STATE_ACTIVE", "USER_STATE_INACTIVE", "USER_STATE_LOCKED"],
    }
}

/// A history that leads to each state.
fn histories() -> [(&'static str, Vec<UserEvent>); 4] {
    let [created, locked, _] = history().try_into().unwrap();
    let user = User::replay(std::slice::from_ref(&created)).unwrap();
    let deactivated = user.deactivate(None, Actor::System, at(BEGIN)).unwrap().event().clone();
    let deleted = user.delete(Actor::System, at(BEGIN)).unwrap().event().clone();
    [
        ("USER_STATE_ACTIVE", vec![created.clone()]),
        ("USER_STATE_LOCKED", vec![created.clone(), locked]),
        ("USER_STATE_INACTIVE", vec![created.clone(), deactivated]),
        ("USER_STATE_DELETED", vec![created, deleted]),
    ]
}

#[test]
fn each_event_follows_on_the_states_of_the_table_and_on_no_other() {
    for kind in every_kind() {
        for (state, mut history) in histories() {
            assert_eq!(User::replay(&history).unwrap().record().state.wire_name(), state);
            let last = history.last().unwrap();
            let next = UserEvent {
                sequence: last.sequence.next(),
                kind: kind.clone(),
                ..last.clone()
            };
            let sequence = next.sequence;
            history.push(next);
            let replayed = User::replay(&history);
            if legal(&kind).contains(&state) {
                assert_eq!(replayed.unwrap().sequence(), sequence, "{kind:?} on {state}");
            } else {
                let illegal = Err(ReplayError::IllegalTransition(sequence));
                assert_eq!(replayed, illegal, "{kind:?} on {state}");
            }
        }
    }
}

/// Created, locked for this cause until a moment, and unlocked for that cause at this moment.
fn unlocked(lock: LockCause, until: Option<&str>, unlock: UnlockCause, time: &str) -> Result<User, ReplayError> {
    let order = LockOrder {
        cause: lock,
        reason: None,
        until: until.map(at),
    };
    let created = created(BEGIN);
    let locked = created.user().lock(order, Actor::System, at(BEGIN)).unwrap();
    let unlocked = UserEvent {
        sequence: number(3),
        kind: UserEventKind::Unlocked {
            cause: unlock,
            reason: None,
        },
        time: at(time),
        ..locked.event().clone()
    };
    User::replay(&[created.event().clone(), locked.event().clone(), unlocked])
}

#[test]
fn a_lock_expires_when_its_time_is_over_and_not_before() {
    const UNTIL: &str = "2024-06-25T14:00:00Z";
    let illegal = Err(ReplayError::IllegalTransition(number(3)));
    for cause in [LockCause::Operator, LockCause::Policy] {
        let expired = |until, time| unlocked(cause, until, UnlockCause::Expired, time).map(|user| user.sequence());
        assert_eq!(expired(Some(UNTIL), "2024-06-25T13:59:59.999999Z"), illegal);
        assert_eq!(expired(Some(UNTIL), UNTIL), Ok(number(3)));
        assert_eq!(expired(Some(UNTIL), "2024-06-25T15:00:00Z"), Ok(number(3)));
        assert_eq!(expired(None, "9999-12-31T23:59:59Z"), illegal);
    }
}

#[test]
fn another_password_ends_a_lock_of_the_policy_and_no_operators() {
    let illegal = Err(ReplayError::IllegalTransition(number(3)));
    for end in [UnlockCause::PasswordReset, UnlockCause::PasswordChanged] {
        let ended = |cause| unlocked(cause, None, end, BEGIN).map(|user| user.sequence());
        assert_eq!(ended(LockCause::Policy), Ok(number(3)));
        assert_eq!(ended(LockCause::Operator), illegal);
    }
}

#[test]
fn an_operator_could_end_a_lock_whose_time_was_over_while_locks_did_not_expire() {
    let ended = unlocked(
        LockCause::Operator,
        Some("2024-06-25T14:00:00Z"),
        UnlockCause::Operator,
        "2024-06-25T15:00:00Z",
    );
    assert_eq!(ended.unwrap().record().state, UserState::Active);
}

#[test]
fn each_cause_of_an_unlock_forgets_what_it_is_about() {
    for (cause, policy_locks) in [
        (UnlockCause::Operator, 1),
        (UnlockCause::Expired, 1),
        (UnlockCause::PasswordReset, 0),
        (UnlockCause::PasswordChanged, 1),
    ] {
        let until = (cause == UnlockCause::Expired).then_some("2024-06-25T13:35:39.148124Z");
        let ended_at = until.unwrap_or(BEGIN);
        let user = unlocked(LockCause::Policy, until, cause, ended_at).unwrap();
        let expected = UserRecord {
            sequence: number(3),
            password_failures: Vec::new(),
            policy_locks,
            failures_forgotten_at: Some(at(ended_at)),
            changed_at: at(ended_at),
            ..created(BEGIN).user().record().clone()
        };
        assert_eq!(*user.record(), expected, "{cause:?}");
    }
}

#[test]
fn a_history_of_a_whole_life_leads_to_its_end() {
    let mut user = created(BEGIN).user().clone();
    let mut history = vec![created(BEGIN).event().clone()];
    let times = ["2024-06-25T14:00:00Z", "2024-06-25T15:00:00Z", "2024-06-25T16:00:00Z"];
    let order = LockOrder {
        cause: LockCause::Policy,
        reason: None,
        until: None,
    };
    let by = Actor::User(user_id("somebody"));
    let steps = [
        |user: &User, by: &Actor, order: LockOrder, time| user.lock(order, by.clone(), time).unwrap(),
        |user: &User, by: &Actor, _, time| user.deactivate(None, by.clone(), time).unwrap(),
        |user: &User, by: &Actor, _, time| user.delete(by.clone(), time).unwrap(),
    ];
    for (step, time) in steps.into_iter().zip(times) {
        let change = step(&user, &by, order.clone(), at(time));
        history.push(change.event().clone());
        user = change.user().clone();
        assert_eq!(User::replay(&history), Ok(user.clone()));
    }
    let locked = Lock {
        since: at(times[0]),
        cause: LockCause::Policy,
        by,
        reason: None,
        until: None,
        scope: LockScope::AllUse,
    };
    assert_eq!(
        User::replay(&history[..2]).unwrap().record().state,
        UserState::Locked(locked)
    );
    let end = UserRecord {
        state: UserState::Deleted,
        sequence: number(4),
        changed_at: at(times[2]),
        policy_locks: 0,
        ..created(BEGIN).user().record().clone()
    };
    assert_eq!(*user.record(), end);
}
