//! What is no history of one user.

use unlockd_domain::{
    Actor, LockCause, LockOrder, Reason, ReplayError, Sequence, Timestamp, User, UserEvent, UserEventKind,
};

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
    let mut twice = history();
    twice[unlocked].kind = twice[locked].kind.clone();
    assert_eq!(User::replay(&twice), Err(ReplayError::IllegalTransition(number(3))));
}

#[test]
fn a_stored_event_is_restored_from_its_name_and_details() {
    let reason = Reason::parse("lost phone").unwrap();
    let until = Some(Timestamp::MAX);
    let kinds = [
        UserEventKind::Created,
        UserEventKind::Locked {
            cause: LockCause::Policy,
            reason: reason.clone(),
            until,
        },
        UserEventKind::Unlocked { reason },
    ];
    for kind in kinds {
        let stored = (
            kind.name(),
            kind.reason().cloned(),
            kind.lock_cause(),
            kind.lock_until(),
        );
        assert_eq!(UserEventKind::restore(stored.0, stored.1, stored.2, stored.3), Ok(kind));
    }
}

#[test]
fn a_stored_event_that_does_not_fit_together_is_refused() {
    let cause = Some(LockCause::Operator);
    for (name, cause) in [
        ("user.vanished", None),
        ("user.locked", None),
        ("user.unlocked", cause),
        ("user.created", cause),
    ] {
        assert!(UserEventKind::restore(name, None, cause, None).is_err(), "{name}");
    }
}
