//! `UserStore::lift_expired_locks`: each lock that has expired is written down, once.

use std::time::Duration;

use unlockd_application::ports::CommitError;
use unlockd_domain::{Actor, LockCause, Timestamp, UnlockCause, User, UserEvent, UserState};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn after(span: Duration) -> Timestamp {
    fixtures::now().saturating_add(span)
}

/// The end of the locks of [`arrange::locked_for_a_minute`].
fn end() -> Timestamp {
    after(Duration::from_mins(1))
}

async fn lift(stores: &Stores, now: Timestamp, limit: u32) -> u32 {
    let lifted = stores.users.lift_expired_locks(now, limit).await;
    lifted.expect("an answer")
}

async fn expirations(stores: &Stores, user: &User) -> Vec<UserEvent> {
    arrange::assert_state_is_its_history(stores, user.id().as_str()).await;
    let history = stores.users.history(user.id()).await.expect("an answer");
    assert_eq!(arrange::events_of(stores, user.id()).await, history);
    let is_expiry = |event: &UserEvent| event.kind.unlock_cause() == Some(UnlockCause::Expired);
    history.into_iter().filter(is_expiry).collect()
}

/// Dated when the lock ended, by nobody and from nowhere; the profile, and how often the policy has locked, stay.
pub async fn an_expired_lock_is_written_down_as_it_ended(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let new = fixtures::named_user("guessed", arrange::ACME, &["name"]);
    arrange::write(&stores, &new).await;
    let failed =
        new.change
            .user()
            .fail_password_check(&fixtures::lockout_policy(1), true, Actor::System, fixtures::now());
    let failed = failed.expect("a password may be tried");
    let source = fixtures::source("203.0.113.7");
    let guessed = arrange::commit(&stores, &failed.from_source(Some(&source))).await;
    let ordered = arrange::locked_for_a_minute(&stores, "ordered").await;
    assert_eq!(arrange::lock(&guessed).cause, LockCause::Policy);

    let now = after(Duration::from_hours(1));
    assert_eq!(lift(&stores, now, 10).await, 2);

    for locked in [guessed, ordered] {
        let expected = locked.lift_expired_lock(now).expect("a lock that has expired");
        let found = stores.users.find_with_profile(locked.id()).await.expect("an answer");
        let (user, profile) = found.expect("the user");
        assert_eq!(user, *expected.user());
        assert_eq!(user.record().state, UserState::Active);
        assert_eq!(expirations(&stores, &locked).await, [expected.event().clone()]);
        assert_eq!(Some(user.changed_at()), arrange::lock(&locked).until);
        let names = usize::from(user.id().as_str() == "guessed");
        assert_eq!(profile.usernames.len(), names);
    }
    assert_eq!(lift(&stores, now, 10).await, 0);
}

/// Those that end later, by a microsecond even, or never; and users who are locked no more.
pub async fn what_has_not_expired_stays_as_it_is(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut users = vec![
        arrange::user(&stores, "active").await,
        arrange::locked_for_a_minute(&stores, "locked").await,
    ];
    for (id, change) in [
        ("open", arrange::locked as fn(&User) -> _),
        ("inactive", arrange::deactivated),
        ("deleted", arrange::deleted),
    ] {
        let user = if id == "open" {
            arrange::user(&stores, id).await
        } else {
            arrange::locked_for_a_minute(&stores, id).await
        };
        users.push(arrange::commit(&stores, &change(&user)).await);
    }
    let unlocked = arrange::locked_for_a_minute(&stores, "unlocked").await;
    users.push(arrange::commit(&stores, &arrange::toggled(&unlocked)).await);
    let before_end = Timestamp::from_unix_microseconds(end().unix_microseconds() - 1).expect("a timestamp");

    assert_eq!(lift(&stores, before_end, 10).await, 0);
    for user in &users {
        assert_eq!(arrange::find(&stores, user.id().as_str()).await, *user);
    }
    assert_eq!(lift(&stores, end(), 10).await, 1);
    for user in &users {
        let is_lifted = user.id().as_str() == "locked";
        assert_eq!(expirations(&stores, user).await.len(), usize::from(is_lifted));
        assert!(is_lifted || arrange::find(&stores, user.id().as_str()).await == *user);
    }
}

/// So that nobody waits long behind it.
pub async fn no_more_locks_are_lifted_at_a_time_than_asked_for(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut users = Vec::new();
    for number in 0..5 {
        users.push(arrange::locked_for_a_minute(&stores, &format!("u {number}")).await);
    }
    let mut lifted = 0;
    for (limit, expected) in [(0, 0), (2, 2), (2, 2), (2, 1), (2, 0)] {
        assert_eq!(lift(&stores, end(), limit).await, expected);
        lifted += expected as usize;
        let mut written = 0;
        for user in &users {
            written += expirations(&stores, user).await.len();
        }
        assert_eq!(written, lifted);
    }
}

/// Somebody who is locked again is lifted again.
pub async fn each_lock_of_a_user_expires_for_itself(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::locked_for_a_minute(&stores, "u").await;
    assert_eq!(lift(&stores, end(), 10).await, 1);
    let lifted = arrange::find(&stores, "u").await;
    arrange::commit(&stores, &arrange::locked_until(&lifted, after(Duration::from_mins(2)))).await;
    assert_eq!(lift(&stores, end(), 10).await, 0);
    assert_eq!(lift(&stores, after(Duration::from_mins(3)), 10).await, 1);
    let ends: Vec<_> = expirations(&stores, &user)
        .await
        .iter()
        .map(|event| event.time)
        .collect();
    assert_eq!(ends, [end(), after(Duration::from_mins(2))]);
}

/// Any number of processes at once: what one of them answers it has written, and no other has.
pub async fn of_parallel_sweeps_each_lock_is_written_down_once(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut users = Vec::new();
    for number in 0..30 {
        users.push(arrange::locked_for_a_minute(&stores, &format!("u {number}")).await);
    }
    let sweeps = (0..8).map(|number| {
        let stores = stores.clone();
        async move {
            let mut lifted = 0;
            for _ in 0..4 {
                lifted += lift(&stores, end(), 3 + number).await;
            }
            lifted
        }
    });
    let lifted: u32 = arrange::in_parallel(sweeps).await.into_iter().sum();
    // Whoever was in the way of another one has left something to do, perhaps.
    let left = lift(&stores, end(), 100).await;
    assert_eq!(lifted + left, 30);
    for user in &users {
        assert_eq!(expirations(&stores, user).await.len(), 1, "{}", user.id());
    }
}

/// Changes that carry the end of the lock themselves come in between: it is written by one of the two.
pub async fn sweeps_and_changes_at_once_write_each_end_down_once(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut tasks = Vec::new();
    let mut users = Vec::new();
    for number in 0..24 {
        let user = arrange::locked_for_a_minute(&stores, &format!("u {number}")).await;
        users.push(user.clone());
        tasks.push((Some(user), stores.clone()));
        if number % 3 == 0 {
            tasks.push((None, stores.clone()));
        }
    }
    let tasks = tasks.into_iter().map(|(user, stores)| async move {
        let Some(user) = user else {
            return lift(&stores, end(), 10).await;
        };
        let change = arrange::updated_after_expiry(&user, "{}");
        match stores.users.commit(&change, None).await {
            Ok(()) => 1,
            Err(error) => {
                assert!(matches!(error, CommitError::Conflict), "{error:?}");
                0
            }
        }
    });
    let written: u32 = arrange::in_parallel(tasks).await.into_iter().sum();
    let left = lift(&stores, end(), 100).await;
    assert_eq!(written + left, 24);
    for user in &users {
        assert_eq!(expirations(&stores, user).await.len(), 1, "{}", user.id());
    }
}
