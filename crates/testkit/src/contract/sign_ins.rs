//! `UserStore::commit` of what signing in brings about: several events in one change, failures, and locks of the policy.

use std::time::Duration;

use unlockd_domain::{
    Actor, AttemptLimit, Grant, GrantScope, LockCause, LockOrder, LockoutPolicy, Role, Timestamp, UnlockCause, User,
    UserChange, UserEvent, UserEventKind, UserEventName, UserState, UsernameScope,
};

use super::dice::Dice;
use super::random_changes::change;
use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn caller() -> Actor {
    Actor::User(fixtures::user_id("caller"))
}

fn wrong(user: &User, policy: &LockoutPolicy, now: Timestamp) -> UserChange {
    let failed = user.fail_password_check(policy, true, caller(), now);
    let source = fixtures::source("203.0.113.7");
    failed.expect("a password may be tried").from_source(Some(&source))
}

fn right(user: &User, policy: &LockoutPolicy, now: Timestamp) -> UserChange {
    let passed = user.pass_password_check(policy, None, caller(), now);
    passed.expect("a password may be tried")
}

/// Written, and then read as what the history says.
async fn commit(stores: &Stores, change: &UserChange) -> User {
    let user = arrange::commit(stores, change).await;
    let found = arrange::assert_state_is_its_history(stores, user.id().as_str()).await;
    assert_eq!(found, user);
    user
}

/// Wrong guesses of which only the last ones count, in the order they were made, up to the largest limit there is.
pub async fn failures_are_part_of_the_state(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let (never, mut now) = (fixtures::lockout_policy(0), fixtures::now());
    let mut user = arrange::user(&stores, "u").await;
    for seconds in [3, 1, 7_200, 2] {
        let policy = LockoutPolicy {
            attempt_window: fixtures::policy_span(seconds),
            ..never
        };
        user = commit(&stores, &wrong(&user, &policy, now)).await;
    }
    assert_eq!(user.failed_password_attempts(now), 4);
    now = now.saturating_add(Duration::from_secs(2));
    assert_eq!(user.failed_password_attempts(now), 2);
    for _ in 0..=AttemptLimit::MAX {
        now = now.saturating_add(Duration::from_micros(1));
        user = arrange::commit(&stores, &wrong(&user, &never, now)).await;
    }
    assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, user);
    assert_eq!(user.record().password_failures.len(), AttemptLimit::MAX as usize);

    user = commit(&stores, &right(&user, &never, now)).await;
    assert_eq!(user.record().password_failures, []);
}

/// How often the policy has locked, and when somebody has said that failures do not matter: each event that changes them.
pub async fn locks_of_the_policy_are_part_of_the_state(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let (policy, mut now) = (fixtures::lockout_policy(1), fixtures::now());
    let mut user = arrange::user(&stores, "u").await;
    for minutes in [15, 30, 60] {
        user = commit(&stores, &wrong(&user, &policy, now)).await;
        let lock = arrange::lock(&user);
        assert_eq!((lock.cause, lock.until), (LockCause::Policy, Some(later(now, minutes))));
        now = later(now, minutes);
    }
    assert_eq!(
        (user.record().policy_locks, user.failures_forgotten_at(now)),
        (3, Some(now))
    );
    user = commit(&stores, &right(&user, &policy, now)).await;
    assert_eq!(user.record().policy_locks, 0);
    user = commit(&stores, &wrong(&user, &policy, now)).await;
    let unlock = user.unlock(None, caller(), now).expect("a locked user");
    user = commit(&stores, &unlock).await;
    assert_eq!(
        (user.record().policy_locks, user.record().failures_forgotten_at),
        (1, Some(now))
    );
    now = later(now, 1);
    let change = user.set_password(arrange::hash("another"), false, caller(), now);
    user = commit(&stores, &change.expect("a user")).await;
    assert_eq!(user.record().failures_forgotten_at, Some(now));
    now = later(now, 1);
    user = commit(&stores, &wrong(&user, &policy, now)).await;
    let reset = user.reset_password(arrange::hash("third"), false, caller(), now);
    let reset = reset.expect("a user");
    user = commit(&stores, &reset).await;
    assert_eq!(
        (user.record().policy_locks, user.record().failures_forgotten_at),
        (0, Some(reset.event().time))
    );
}

fn later(now: Timestamp, minutes: u64) -> Timestamp {
    now.saturating_add(Duration::from_mins(minutes))
}

/// Year 1 to year 9999, to the microsecond.
pub async fn failures_and_locks_at_the_limits_of_time_come_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let (first, last) = (fixtures::earliest(), Timestamp::MAX);
    let mut new = fixtures::new_user("u", arrange::ACME);
    let organization = fixtures::organization_id(arrange::ACME);
    new.change = User::create(fixtures::user_id("u"), organization, caller(), first);
    arrange::write(&stores, &new).await;
    let policy = fixtures::lockout_policy(2);
    let user = commit(&stores, &wrong(new.change.user(), &policy, first)).await;
    let user = commit(&stores, &wrong(&user, &policy, first)).await;
    let unlock = user.unlock(None, caller(), first).expect("a locked user");
    let user = commit(&stores, &unlock).await;
    assert_eq!(user.record().failures_forgotten_at, Some(first));
    let user = commit(&stores, &wrong(&user, &policy, last)).await;
    assert_eq!(user.record().password_failures, [last]);
    let order = LockOrder {
        until: Some(last),
        ..fixtures::lock_order()
    };
    let before_last = Timestamp::from_unix_microseconds(last.unix_microseconds() - 1).expect("a timestamp");
    let other = arrange::user(&stores, "other").await;
    let lock = other.lock(order, caller(), before_last).expect("an active user");
    let other = commit(&stores, &lock).await;
    let change = other.update(fixtures::data("{}"), caller(), last).expect("a user");
    assert_eq!(change.events().count(), 2);
    commit(&stores, &change).await;
}

/// Every kind, with every cause, and with sources of both kinds, in the user's history and among the events of all.
pub async fn every_kind_of_event_comes_back_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let new = fixtures::named_user("u", arrange::ACME, &["name"]);
    arrange::write(&stores, &new).await;
    let sources = ["203.0.113.7", "2001:db8:ffff:1:2:3:4:5"].map(fixtures::source);
    let (policy, mut now) = (fixtures::lockout_policy(2), fixtures::now());
    let reason = || Some(fixtures::reason("said"));
    let mut user = new.change.user().clone();
    let mut written: Vec<UserEvent> = new.change.events().cloned().collect();
    for step in 0..19 {
        now = now.saturating_add(Duration::from_micros(1));
        let change = match step {
            0 | 1 | 3 | 4 | 8 | 9 => wrong(&user, &policy, now),
            2 => user.unlock(reason(), caller(), now).expect("a locked user"),
            // The lock has expired meanwhile.
            5 => {
                now = later(now, 24 * 60);
                right(&user, &policy, now)
            }
            6 | 11 => user
                .request_password_reset(arrange::password_reset("code"), caller(), now)
                .expect("a user"),
            7 => {
                let open = arrange::password_reset("code");
                user.fail_password_reset(&open, caller(), now).expect("a user")
            }
            10 => user
                .reset_password(arrange::hash("new"), true, caller(), now)
                .expect("a user"),
            12 => user
                .lock(fixtures::lock_order(), caller(), now)
                .expect("an active user"),
            13 => user.deactivate(reason(), caller(), now).expect("a locked user"),
            14 => user.reactivate(reason(), caller(), now).expect("an inactive user"),
            15 => user.update(fixtures::data("{}"), caller(), now).expect("a user"),
            16 => {
                let username = fixtures::username("added", UsernameScope::Organization);
                user.add_username(&new.profile, username, caller(), now)
                    .expect("a new name")
            }
            17 => {
                let id = new.profile.usernames[0].id().clone();
                user.remove_username(&new.profile, id, caller(), now)
                    .expect("a name of theirs")
            }
            _ => user
                .set_password(arrange::hash("newer"), false, caller(), now)
                .expect("a user"),
        };
        let change = change.from_source(sources.get(step % 3));
        user = commit(&stores, &change).await;
        written.extend(change.events().cloned());
        assert_eq!(stores.users.history(user.id()).await.expect("an answer"), written);
        assert_eq!(arrange::events_of(&stores, user.id()).await, written);
    }
    let scope = GrantScope::Organization(fixtures::organization_id(arrange::ACME));
    let role = Grant::new(Role::OrgUserUnlocker, scope).expect("a role on an organization");
    let granted = user.grant_role(role.clone(), Actor::System, now).expect("a user");
    stores.grants.add(user.id(), &role, now).await.expect("granted");
    let removed = granted.user().remove_role(role.clone(), Actor::System, now);
    let removed = removed.expect("a user");
    stores.grants.remove(user.id(), &role, now).await.expect("removed");
    written.extend([granted, removed].map(|change| change.event().clone()));
    assert_eq!(stores.users.history(user.id()).await.expect("an answer"), written);
    assert_eq!(arrange::events_of(&stores, user.id()).await, written);

    assert_eq!(written.len(), 27);
    assert!(written.iter().any(|event| event.source.is_none()));
    let names: Vec<_> = written.iter().map(|event| event.kind.name()).collect();
    for name in UserEventName::ALL {
        assert_eq!(names.contains(&name), name.as_str() != "user.deleted", "{name}");
    }
}

/// Three different sequences of whatever can happen to a user, with sign-ins among it.
pub async fn after_random_changes_the_state_is_what_the_history_says_1(harness: &dyn StoreHarness) {
    random_changes(harness, 1).await;
}

/// As the first.
pub async fn after_random_changes_the_state_is_what_the_history_says_2(harness: &dyn StoreHarness) {
    random_changes(harness, 2).await;
}

/// As the first.
pub async fn after_random_changes_the_state_is_what_the_history_says_3(harness: &dyn StoreHarness) {
    random_changes(harness, 3).await;
}

async fn random_changes(harness: &dyn StoreHarness, seed: u64) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut dice = Dice::new(seed);
    let (mut now, mut number) = (fixtures::now(), 0);
    let mut user = arrange::user(&stores, "u 0").await;
    let mut expirations = 0;
    for _ in 0..120 {
        let profile = arrange::profile(&stores, user.id().as_str()).await;
        // Clocks differ: time goes back now and then.
        let span = Duration::from_secs(dice.pick(&[0, 1, 30, 61, 100_000]));
        now = if dice.happens(5) {
            now.saturating_sub(span)
        } else {
            now.saturating_add(span)
        };
        let Some(change) = change(&mut dice, &user, &profile, now) else {
            continue;
        };
        let expected = change.profile_edit().map(|edit| edit.applied_to(profile.clone()));
        user = commit(&stores, &change).await;
        assert_eq!(
            arrange::profile(&stores, user.id().as_str()).await,
            expected.unwrap_or(profile),
            "{change:?}"
        );
        expirations += change.events().filter(|event| is_expiry(&event.kind)).count();
        if *user.state(now) == UserState::Deleted {
            number += 1;
            user = arrange::user(&stores, &format!("u {number}")).await;
        }
    }
    assert!(expirations > 0, "no lock has expired");
}

fn is_expiry(kind: &UserEventKind) -> bool {
    kind.unlock_cause() == Some(UnlockCause::Expired)
}
