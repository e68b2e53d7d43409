//! Random lives of a user, beside a model that knows only the table of transitions.

use proptest::prelude::*;
use unlockd_domain::{
    Actor, Lock, LockCause, LockOrder, LockRefusal, NotLocked, Reason, Sequence, Timestamp, User, UserEvent, UserState,
};

use crate::{cases, organization_id, user_id};

#[derive(Debug, Clone)]
enum Operation {
    Lock(LockOrder),
    Unlock(Option<Reason>),
}

#[derive(Debug, Clone)]
struct Step {
    operation: Operation,
    actor: Actor,
    /// What the clock says, which jumps about as clocks of several machines do.
    now: Timestamp,
}

/// Few moments, close together, so that equal ones and inverted ones are common.
fn moment() -> impl Strategy<Value = Timestamp> {
    (0..40_i64)
        .prop_map(|microseconds| Timestamp::from_unix_microseconds(1_700_000_000_000_000 + microseconds).unwrap())
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        Just(Actor::System),
        (0..3_u8).prop_map(|number| Actor::User(user_id(&format!("actor {number}")))),
    ]
}

fn said() -> impl Strategy<Value = Option<Reason>> {
    prop_oneof![Just(""), Just("a reason"), Just("another reason")].prop_map(|text| Reason::parse(text).unwrap())
}

fn operation() -> impl Strategy<Value = Operation> {
    let cause = prop_oneof![Just(LockCause::Operator), Just(LockCause::Policy)];
    prop_oneof![
        (cause, said(), prop::option::of(moment()))
            .prop_map(|(cause, reason, until)| { Operation::Lock(LockOrder { cause, reason, until }) }),
        said().prop_map(Operation::Unlock),
    ]
}

fn life() -> impl Strategy<Value = Vec<Step>> {
    let step = (operation(), actor(), moment()).prop_map(|(operation, actor, now)| Step { operation, actor, now });
    prop::collection::vec(step, 0..60)
}

/// What the table of transitions makes of the steps.
struct Model {
    lock: Option<Lock>,
    last: Timestamp,
    events: u64,
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Done,
    NotLockable(LockRefusal),
    NotUnlockable(NotLocked),
}

impl Model {
    fn judge(&mut self, step: &Step) -> Verdict {
        let time = step.now.max(self.last);
        match &step.operation {
            Operation::Lock(_) if self.lock.is_some() => return Verdict::NotLockable(LockRefusal::AlreadyLocked),
            Operation::Lock(order) if order.until.is_some_and(|until| until <= time) => {
                return Verdict::NotLockable(LockRefusal::UntilNotInFuture);
            }
            Operation::Lock(order) => {
                self.lock = Some(Lock {
                    since: time,
                    cause: order.cause,
                    by: step.actor.clone(),
                    reason: order.reason.clone(),
                    until: order.until,
                });
            }
            Operation::Unlock(_) if self.lock.is_none() => return Verdict::NotUnlockable(NotLocked),
            Operation::Unlock(_) => self.lock = None,
        }
        self.last = time;
        self.events += 1;
        Verdict::Done
    }

    fn state(&self) -> UserState {
        self.lock.clone().map_or(UserState::Active, UserState::Locked)
    }
}

fn take(user: &mut User, history: &mut Vec<UserEvent>, step: &Step) -> Verdict {
    let (actor, now) = (step.actor.clone(), step.now);
    let decided = match &step.operation {
        Operation::Lock(order) => user.lock(order.clone(), actor, now).map_err(Verdict::NotLockable),
        Operation::Unlock(reason) => user.unlock(reason.clone(), actor, now).map_err(Verdict::NotUnlockable),
    };
    match decided {
        Err(refusal) => refusal,
        Ok(change) => {
            assert_eq!(change.expected_sequence(), Some(user.sequence()));
            assert_eq!(change.event().actor, step.actor);
            assert_eq!(change.ends_activity(), matches!(step.operation, Operation::Lock(_)));
            history.push(change.event().clone());
            *user = change.user().clone();
            Verdict::Done
        }
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn every_life_follows_the_table_of_transitions(begin in moment(), steps in life()) {
        let creation = User::create(user_id("u"), organization_id("acme"), Actor::System, begin);
        let (mut user, mut history) = (creation.user().clone(), vec![creation.event().clone()]);
        let mut model = Model { lock: None, last: begin, events: 1 };
        for step in &steps {
            let before = user.clone();
            let verdict = take(&mut user, &mut history, step);
            prop_assert_eq!(&verdict, &model.judge(step));
            if verdict == Verdict::Done {
                prop_assert!(user.changed_at() >= before.changed_at(), "time went backwards");
                prop_assert_eq!(user.sequence(), before.sequence().next());
            } else {
                prop_assert_eq!(&user, &before);
            }
            prop_assert_eq!(user.state(), &model.state());
            prop_assert_eq!(user.changed_at(), model.last);
            prop_assert_eq!(user.created_at(), begin);
            prop_assert_eq!(user.failed_password_attempts(), 0);
        }
        prop_assert_eq!(user.sequence(), Sequence::new(model.events).unwrap());
    }

    #[test]
    fn the_state_is_the_fold_of_the_events_after_every_step(begin in moment(), steps in life()) {
        let creation = User::create(user_id("u"), organization_id("acme"), Actor::System, begin);
        let (mut user, mut history) = (creation.user().clone(), vec![creation.event().clone()]);
        for step in &steps {
            take(&mut user, &mut history, step);
            prop_assert_eq!(User::replay(&history), Ok(user.clone()));
        }
        let order: Vec<u64> = history.iter().map(|event| event.sequence.get()).collect();
        prop_assert_eq!(order, (1..=history.len() as u64).collect::<Vec<_>>());
        prop_assert!(history.is_sorted_by_key(|event| event.time));
        prop_assert!(history.iter().all(|event| event.user_id == *user.id()));
        prop_assert!(history.iter().all(|event| event.organization == *user.organization()));
    }

    #[test]
    fn a_history_that_lost_or_repeats_an_event_is_refused(steps in life(), pick in any::<prop::sample::Index>()) {
        let begin = Timestamp::UNIX_EPOCH;
        let creation = User::create(user_id("u"), organization_id("acme"), Actor::System, begin);
        let (mut user, mut history) = (creation.user().clone(), vec![creation.event().clone()]);
        for step in &steps {
            take(&mut user, &mut history, step);
        }
        let index = pick.index(history.len());
        let mut repeated = history.clone();
        repeated.insert(index, history[index].clone());
        prop_assert!(User::replay(&repeated).is_err());
        if index + 1 < history.len() {
            let mut swapped = history.clone();
            swapped.swap(index, index + 1);
            prop_assert!(User::replay(&swapped).is_err());
            history.remove(index);
            prop_assert!(User::replay(&history).is_err());
        }
    }
}
