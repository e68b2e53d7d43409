//! Random lives of a user, beside a model that knows only the table of transitions.

use std::time::Duration;

use proptest::prelude::*;
use unlockd_domain::{
    Actor, Lock, LockCause, LockOrder, LockScope, PasswordHash, Reason, Sequence, StoredPassword, Timestamp, User,
    UserChange, UserData, UserEvent, UserProfile, UserState, Username, UsernameId, UsernameScope,
};

use crate::{cases, organization_id, user_id};

#[derive(Debug, Clone)]
enum Operation {
    Lock(LockOrder),
    Unlock(Option<Reason>),
    Deactivate(Option<Reason>),
    Reactivate(Option<Reason>),
    Delete,
    Update(UserData),
    SetPassword(PasswordHash, bool),
    AddUsername(Username),
    RemoveUsername(UsernameId),
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

/// Few ids and few names, so that both are often there already.
fn username_id() -> impl Strategy<Value = UsernameId> {
    (0..4_u8).prop_map(|number| UsernameId::new(number.to_string()).unwrap())
}

fn username() -> impl Strategy<Value = Username> {
    let scope = prop_oneof![Just(UsernameScope::Instance), Just(UsernameScope::Organization)];
    let name = prop::sample::select(vec!["ada", "ADA", "grace", "Joan"]);
    (username_id(), name, scope).prop_map(|(id, name, scope)| Username::new(id, name, scope).unwrap())
}

fn operation() -> impl Strategy<Value = Operation> {
    let cause = prop_oneof![Just(LockCause::Operator), Just(LockCause::Policy)];
    let lock = (cause, said(), prop::option::of(moment()))
        .prop_map(|(cause, reason, until)| Operation::Lock(LockOrder { cause, reason, until }));
    let data = (0..3_u8).prop_map(|floor| UserData::from_json(format!("{{\"floor\":{floor}}}")).unwrap());
    let password = (0..3_u8, any::<bool>())
        .prop_map(|(number, required)| (PasswordHash::trusted(format!("hash {number}")), required));
    prop_oneof![
        4 => lock,
        4 => said().prop_map(Operation::Unlock),
        3 => said().prop_map(Operation::Deactivate),
        4 => said().prop_map(Operation::Reactivate),
        1 => Just(Operation::Delete),
        1 => data.prop_map(Operation::Update),
        1 => password.prop_map(|(hash, required)| Operation::SetPassword(hash, required)),
        3 => username().prop_map(Operation::AddUsername),
        2 => username_id().prop_map(Operation::RemoveUsername),
    ]
}

fn life() -> impl Strategy<Value = Vec<Step>> {
    let step = (operation(), actor(), moment()).prop_map(|(operation, actor, now)| Step { operation, actor, now });
    prop::collection::vec(step, 0..60)
}

/// Done, or the refusal's name.
type Verdict = Result<(), &'static str>;

/// What the table of transitions makes of the steps.
#[derive(Clone)]
struct Model {
    state: UserState,
    profile: UserProfile,
    last: Timestamp,
    events: u64,
}

impl Model {
    fn new(begin: Timestamp) -> Self {
        Self {
            state: UserState::Active,
            profile: UserProfile::default(),
            last: begin,
            events: 1,
        }
    }

    fn judge(&mut self, step: &Step) -> Verdict {
        let before = self.clone();
        self.expire(step.now);
        let mut time = step.now.max(self.last);
        if let Operation::SetPassword(..) = step.operation {
            time = time.max(self.last.saturating_add(Duration::from_micros(1)));
        }
        if let Err(refusal) = self.transition(step, time) {
            // Nothing is written for what is refused.
            *self = before;
            return Err(refusal);
        }
        self.last = time;
        self.events += 1;
        Ok(())
    }

    /// A lock whose time is over ends by itself, in front of what happens next.
    fn expire(&mut self, now: Timestamp) {
        if let UserState::Locked(Lock { until: Some(until), .. }) = self.state
            && until <= now
        {
            self.state = UserState::Active;
            self.last = self.last.max(until);
            self.events += 1;
        }
    }

    fn transition(&mut self, step: &Step, time: Timestamp) -> Verdict {
        let state = self.state.wire_name().trim_start_matches("USER_STATE_");
        self.state = match (&step.operation, state) {
            (Operation::Lock(order), "LOCKED") if !self.is_replaced_by(order) => return Err("AlreadyLocked"),
            (Operation::Lock(order), "ACTIVE" | "LOCKED") if order.until.is_none_or(|until| until > time) => {
                UserState::Locked(Lock {
                    since: time,
                    cause: order.cause,
                    by: step.actor.clone(),
                    reason: order.reason.clone(),
                    until: order.until,
                    scope: LockScope::AllUse,
                })
            }
            (Operation::Lock(_), "ACTIVE" | "LOCKED") => return Err("UntilNotInFuture"),
            (Operation::Lock(_), _) => return Err("NotActive"),
            (Operation::Unlock(_), "LOCKED") | (Operation::Reactivate(_), "INACTIVE") => UserState::Active,
            (Operation::Unlock(_), _) => return Err("NotLocked"),
            (Operation::Reactivate(_), _) => return Err("NotInactive"),
            (Operation::Deactivate(_), "ACTIVE" | "LOCKED") => UserState::Inactive,
            (Operation::Deactivate(_), "INACTIVE") => return Err("AlreadyInactive"),
            (Operation::RemoveUsername(id), _) if !self.has_id(id) => return Err("NotTheirs"),
            (Operation::Deactivate(_) | Operation::AddUsername(_), "DELETED") => return Err("Deleted(UserDeleted)"),
            (Operation::Delete | Operation::Update(_) | Operation::SetPassword(..), "DELETED") => {
                return Err("UserDeleted");
            }
            (Operation::AddUsername(new), _) if self.has_name(new) => return Err("AlreadyTheirs"),
            (Operation::Delete, _) => {
                self.profile = UserProfile::default();
                UserState::Deleted
            }
            _ => {
                self.edit(&step.operation, time);
                self.state.clone()
            }
        };
        Ok(())
    }

    /// An operator's lock takes the place of one of the policy.
    fn is_replaced_by(&self, order: &LockOrder) -> bool {
        order.cause == LockCause::Operator
            && matches!(&self.state, UserState::Locked(lock) if lock.cause == LockCause::Policy)
    }

    fn edit(&mut self, operation: &Operation, changed_at: Timestamp) {
        let profile = &mut self.profile;
        if let Operation::Update(data) = operation {
            profile.data = Some(data.clone());
        } else if let Operation::SetPassword(hash, change_required) = operation {
            let (hash, change_required) = (hash.clone(), *change_required);
            profile.password = Some(StoredPassword {
                hash,
                changed_at,
                change_required,
            });
        } else if let Operation::AddUsername(username) = operation {
            profile.usernames.push(username.clone());
        } else if let Operation::RemoveUsername(id) = operation {
            profile.usernames.retain(|username| username.id() != id);
        } else {
            panic!("{operation:?} is no edit");
        }
    }

    fn has_id(&self, id: &UsernameId) -> bool {
        self.profile.usernames.iter().any(|username| username.id() == id)
    }

    fn has_name(&self, new: &Username) -> bool {
        let same = |old: &Username| old.scope() == new.scope() && old.key() == new.key();
        self.profile.usernames.iter().any(same)
    }
}

/// A user with a profile and a history, as a store would keep them.
#[derive(Clone, PartialEq, Debug)]
struct Kept {
    user: User,
    profile: UserProfile,
    history: Vec<UserEvent>,
}

impl Kept {
    fn created(begin: Timestamp) -> Self {
        let creation = User::create(user_id("u"), organization_id("acme"), Actor::System, begin);
        Self {
            user: creation.user().clone(),
            profile: UserProfile::default(),
            history: vec![creation.event().clone()],
        }
    }

    fn decide(&self, step: &Step) -> Result<UserChange, String> {
        fn name(refusal: impl std::fmt::Debug) -> String {
            format!("{refusal:?}")
        }
        let (user, profile, now, actor) = (&self.user, &self.profile, step.now, step.actor.clone());
        match step.operation.clone() {
            Operation::Lock(order) => user.lock(order, actor, now).map_err(name),
            Operation::Unlock(reason) => user.unlock(reason, actor, now).map_err(name),
            Operation::Deactivate(reason) => user.deactivate(reason, actor, now).map_err(name),
            Operation::Reactivate(reason) => user.reactivate(reason, actor, now).map_err(name),
            Operation::Delete => user.delete(actor, now).map_err(name),
            Operation::Update(data) => user.update(data, actor, now).map_err(name),
            Operation::SetPassword(hash, required) => user.set_password(hash, required, actor, now).map_err(name),
            Operation::AddUsername(username) => user.add_username(profile, username, actor, now).map_err(name),
            Operation::RemoveUsername(id) => user.remove_username(profile, id, actor, now).map_err(name),
        }
    }

    fn take(&mut self, step: &Step) -> Result<(), String> {
        let change = self.decide(step)?;
        assert_eq!(change.expected_sequence(), Some(self.user.sequence()));
        assert_eq!(change.event().actor, step.actor);
        let ends = matches!(
            step.operation,
            Operation::Lock(_) | Operation::Deactivate(_) | Operation::Delete
        );
        assert_eq!(change.ends_activity(), ends);
        if let Some(edit) = change.profile_edit() {
            self.profile = edit.applied_to(self.profile.clone());
        }
        self.history.extend(change.events().cloned());
        self.user = change.user().clone();
        Ok(())
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn every_life_follows_the_table_of_transitions(begin in moment(), steps in life()) {
        let mut kept = Kept::created(begin);
        let mut model = Model::new(begin);
        for step in &steps {
            let before = kept.clone();
            let verdict = kept.take(step);
            prop_assert_eq!(&verdict, &model.judge(step).map_err(str::to_owned), "{:?}", step);
            if verdict.is_ok() {
                prop_assert!(kept.user.changed_at() >= before.user.changed_at(), "time went backwards");
                prop_assert!(kept.user.sequence() > before.user.sequence());
            } else {
                prop_assert_eq!(&kept, &before);
            }
            prop_assert_eq!(&kept.user.record().state, &model.state);
            prop_assert_eq!(&kept.profile, &model.profile);
            prop_assert_eq!(kept.user.changed_at(), model.last);
            prop_assert_eq!(kept.user.created_at(), begin);
            prop_assert_eq!(kept.user.failed_password_attempts(step.now), 0);
        }
        prop_assert_eq!(kept.user.sequence(), Sequence::new(model.events).unwrap());
    }

    #[test]
    fn the_state_is_the_fold_of_the_events_after_every_step(begin in moment(), steps in life()) {
        let mut kept = Kept::created(begin);
        for step in &steps {
            let _ = kept.take(step);
            prop_assert_eq!(User::replay(&kept.history), Ok(kept.user.clone()));
        }
        let Kept { user, history, .. } = kept;
        let order: Vec<u64> = history.iter().map(|event| event.sequence.get()).collect();
        prop_assert_eq!(order, (1..=history.len() as u64).collect::<Vec<_>>());
        prop_assert!(history.is_sorted_by_key(|event| event.time));
        prop_assert!(history.iter().all(|event| event.user_id == *user.id()));
        prop_assert!(history.iter().all(|event| event.organization == *user.organization()));
    }

    #[test]
    fn a_history_that_lost_or_repeats_an_event_is_refused(steps in life(), pick in any::<prop::sample::Index>()) {
        let mut kept = Kept::created(Timestamp::UNIX_EPOCH);
        for step in &steps {
            let _ = kept.take(step);
        }
        let mut history = kept.history;
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
