//! Random policies and random attempts, beside a model of its own.

use std::time::Duration;

use proptest::prelude::*;
use unlockd_domain::{
    Actor, AttemptLimit, BackoffFactor, LockCause, LockOrder, LockoutPolicy, PasswordHash, PolicySpan, Timestamp,
    UnlockCause, User, UserChange, UserData, UserEvent, UserState,
};

use crate::lockout_model::{Deed, PolicyModel, UserModel};
use crate::{cases, organization_id, user_id};

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Do(Deed),
    /// Somebody sets another policy.
    Adopt(PolicyModel),
}

fn policy() -> impl Strategy<Value = PolicyModel> {
    let attempts = prop_oneof![1 => Just(0), 8 => 1..6_usize, 1 => Just(100)];
    let lock = prop::option::weighted(0.85, 1..40_u64);
    (attempts, 1..30_u64, lock, 1..5_u64, 1..120_u64, any::<bool>()).prop_map(
        |(attempts, window, lock, factor, longest, lock_ends_sessions)| PolicyModel {
            attempts,
            window,
            lock,
            factor,
            longest,
            lock_ends_sessions,
        },
    )
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        12 => prop::bool::weighted(0.9).prop_map(|can_be_spared| Deed::WrongPassword { can_be_spared }),
        2 => Just(Deed::RightPassword),
        2 => Just(Deed::Unlock),
        2 => (prop::option::of(1..40_u64), any::<bool>()).prop_map(|(span, replaces)| Deed::Lock { span, replaces }),
        1 => Just(Deed::AssignPassword),
        1 => Just(Deed::ChangePassword),
        1 => Just(Deed::ProveByReset),
        1 => Just(Deed::Deactivate),
        2 => Just(Deed::Reactivate),
        1 => Just(Deed::Update),
        2 => Just(Deed::Lift),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => deed().prop_map(Step::Do),
        6 => prop_oneof![0..4_u64, 0..60_u64].prop_map(Step::Wait),
        1 => policy().prop_map(Step::Adopt),
    ];
    prop::collection::vec(step, 0..90)
}

fn moment(seconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add(Duration::from_secs(1_700_000_000 + seconds))
}

fn whole_seconds(time: Timestamp) -> i64 {
    time.unix_microseconds().div_euclid(1_000_000)
}

fn real(policy: &PolicyModel) -> LockoutPolicy {
    let span = |seconds| PolicySpan::new(Duration::from_secs(seconds)).unwrap();
    LockoutPolicy {
        max_password_attempts: AttemptLimit::new(u32::try_from(policy.attempts).unwrap()).unwrap(),
        attempt_window: span(policy.window),
        lock_duration: policy.lock.map(span),
        backoff_factor: BackoffFactor::new(u32::try_from(policy.factor).unwrap()).unwrap(),
        max_lock_duration: span(policy.longest),
        lock_ends_sessions: policy.lock_ends_sessions,
        ..LockoutPolicy::DEFAULT
    }
}

/// What the rules make of the deed; none when they refuse it.
fn decide(user: &User, deed: Deed, policy: &LockoutPolicy, now: Timestamp) -> Option<UserChange> {
    let by = || Actor::User(user_id("somebody"));
    let hash = || PasswordHash::trusted("a hash".to_owned());
    match deed {
        Deed::RightPassword => user.pass_password_check(policy, None, by(), now).ok(),
        Deed::WrongPassword { can_be_spared } => user.fail_password_check(policy, can_be_spared, by(), now).ok(),
        Deed::Unlock => user.unlock(None, by(), now).ok(),
        Deed::Lock { span, replaces } => {
            let until = span.map(|seconds| now.saturating_add(Duration::from_secs(seconds)));
            let order = LockOrder {
                cause: LockCause::Operator,
                reason: None,
                until,
            };
            if replaces {
                user.replace_lock(None, until, by(), now).ok()
            } else {
                user.lock(order, by(), now).ok()
            }
        }
        Deed::AssignPassword => user.assign_password(hash(), false, by(), now).ok(),
        Deed::ChangePassword => user.set_password(hash(), false, by(), now).ok(),
        Deed::ProveByReset => user.reset_password(hash(), false, by(), now).ok(),
        Deed::Deactivate => user.deactivate(None, by(), now).ok(),
        Deed::Reactivate => user.reactivate(None, by(), now).ok(),
        Deed::Update => user.update(UserData::from_json("{}").unwrap(), by(), now).ok(),
        Deed::Lift => user.lift_expired_lock(now),
    }
}

/// What an event is called, and its cause if it has one.
fn name(event: &UserEvent) -> String {
    let name = event.kind.name();
    let lock = event.kind.lock_cause().map(LockCause::as_str);
    match lock.or(event.kind.unlock_cause().map(UnlockCause::as_str)) {
        Some(cause) => format!("{name} {cause}"),
        None => name.to_string(),
    }
}

/// The state at this moment, and of a lock its end and whether the policy made it.
fn state(user: &User, now: Timestamp) -> (&'static str, Option<(bool, Option<Timestamp>)>) {
    let state = user.state(now);
    let lock = match state {
        UserState::Locked(lock) => Some((lock.cause == LockCause::Policy, lock.until)),
        UserState::Active | UserState::Inactive | UserState::Deleted => None,
    };
    (state.wire_name(), lock)
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn state_count_and_end_of_lock_are_those_of_the_model_at_every_step(first in policy(), steps in steps()) {
        let (mut policy, mut now) = (first, 0);
        let creation = User::create(user_id("u"), organization_id("acme"), Actor::System, moment(now));
        let (mut user, mut history) = (creation.user().clone(), vec![creation.event().clone()]);
        let mut model = UserModel::new();
        for step in steps {
            match step {
                Step::Wait(seconds) => now += seconds,
                Step::Adopt(another) => policy = another,
                Step::Do(deed) => {
                    let change = decide(&user, deed, &real(&policy), moment(now));
                    let events = change.as_ref().map(|change| change.events().map(name).collect::<Vec<_>>());
                    let expected = model.undergo(deed, &policy, now);
                    let expected = expected.map(|names| names.into_iter().map(str::to_owned).collect());
                    prop_assert_eq!(events, expected, "{:?} at {}", deed, now);
                    if let Some(change) = change {
                        prop_assert_eq!(change.expected_sequence(), Some(user.sequence()));
                        history.extend(change.events().cloned());
                        user = change.user().clone();
                    }
                    prop_assert_eq!(User::replay(&history), Ok(user.clone()));
                    if matches!(deed, Deed::AssignPassword | Deed::ChangePassword | Deed::ProveByReset) {
                        // A new password is a microsecond later than all before it; the model counts seconds.
                        now += 1;
                    }
                }
            }
            let (expected, lock) = model.state(now);
            let lock = lock.map(|(by_policy, until)| (by_policy, until.map(moment)));
            prop_assert_eq!(state(&user, moment(now)), (expected, lock), "at {}", now);
            prop_assert_eq!(user.may_use_tokens(moment(now)), model.may_use_tokens(now), "at {}", now);
            let forgotten_at = user.failures_forgotten_at(moment(now)).map(whole_seconds);
            let expected = model.forgotten_at(now).map(moment).map(whole_seconds);
            prop_assert_eq!(forgotten_at, expected, "at {}", now);
            let count = user.failed_password_attempts(moment(now));
            prop_assert_eq!(count as usize, model.count(now), "at {}", now);
        }
        prop_assert!(history.is_sorted_by_key(|event| event.time));
        prop_assert!(history.iter().zip(1..).all(|(event, number)| event.sequence.get() == number));
    }

    /// What an attacker gets: between two successes of the user, as many guesses as the policy says for each lock.
    #[test]
    fn no_more_guesses_are_answered_than_the_policy_allows(policy in policy(), guesses in 1..60_u32) {
        let real = real(&policy);
        let mut user = User::create(user_id("u"), organization_id("acme"), Actor::System, moment(0)).user().clone();
        let mut answered = 0;
        for _ in 0..guesses {
            if let Ok(change) = user.fail_password_check(&real, true, Actor::System, moment(0)) {
                answered += 1;
                user = change.user().clone();
            }
        }
        let allowed = if policy.attempts == 0 { guesses } else { guesses.min(real.max_password_attempts.get()) };
        prop_assert_eq!(answered, allowed);
    }
}
