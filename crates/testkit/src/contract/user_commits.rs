//! `UserStore::commit`, one change at a time.

use unlockd_application::ports::CommitError;
use unlockd_domain::{Actor, LockCause, LockOrder, Timestamp, UserChange, UserState};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn at(time: &str) -> Timestamp {
    fixtures::timestamp(time)
}

async fn assert_conflict_writes_nothing(stores: &Stores, change: &UserChange) {
    let id = change.user().id();
    let before = stores.users.find_with_profile(id).await.expect("an answer");
    let history = stores.users.history(id).await.expect("an answer");
    let refused = stores.users.commit(change, None).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");
    assert_eq!(stores.users.find_with_profile(id).await.expect("an answer"), before);
    assert_eq!(stores.users.history(id).await.expect("an answer"), history);
}

/// After every commit the state, with each field of the lock, is the fold of the history, and both were changed.
pub async fn event_and_state_are_written_together(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = arrange::user(&stores, "u").await;
    let somebody = Actor::User(fixtures::user_id("somebody"));
    let orders = [
        (
            LockCause::Operator,
            Some("first"),
            Some("2030-01-01T00:00:00.000001Z"),
            somebody.clone(),
        ),
        (LockCause::Policy, None, Some("2031-01-01T00:00:00Z"), Actor::System),
        (LockCause::Operator, None, None, somebody.clone()),
        (LockCause::Policy, Some("last"), None, Actor::System),
    ];
    for (round, (cause, reason, until, actor)) in orders.into_iter().enumerate() {
        let order = LockOrder {
            cause,
            reason: reason.map(fixtures::reason),
            until: until.map(at),
        };
        let lock = user
            .lock(order, actor, at(&format!("2025-01-0{}T00:00:00.123456Z", round + 1)))
            .expect("an active user");
        user = arrange::commit(&stores, &lock).await;
        assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, user);

        let unlocker = if round % 2 == 0 {
            Actor::System
        } else {
            somebody.clone()
        };
        let said = (round % 2 == 0).then(|| fixtures::reason("back in"));
        let unlock = user
            .unlock(said, unlocker, at(&format!("2025-01-0{}T12:00:00Z", round + 1)))
            .expect("a locked user");
        user = arrange::commit(&stores, &unlock).await;
        assert_eq!(arrange::assert_state_is_its_history(&stores, "u").await, user);

        let history = stores.users.history(user.id()).await.expect("an answer");
        assert_eq!(
            history[history.len() - 2..],
            [lock.event().clone(), unlock.event().clone()]
        );
    }
    assert_eq!(user.sequence().get(), 9);
}

/// The profile is not part of a change.
pub async fn a_commit_leaves_the_profile_as_it_is(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let new = fixtures::named_user("u", arrange::ACME, &["b", "a"]);
    arrange::write(&stores, &new).await;
    let user = arrange::commit(&stores, &arrange::locked(new.change.user())).await;
    let found = stores.users.find_with_profile(user.id()).await.expect("an answer");
    assert_eq!(found, Some((user, new.profile)));
}

/// Somebody else's change came first.
pub async fn a_stale_sequence_is_a_conflict_and_writes_nothing(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let stale = arrange::locked(&user);
    let locked = arrange::commit(&stores, &stale).await;
    assert_conflict_writes_nothing(&stores, &stale).await;
    arrange::commit(&stores, &arrange::toggled(&locked)).await;
    // The user is active again, as when the change was decided; only the sequence tells.
    assert_conflict_writes_nothing(&stores, &stale).await;
}

/// A change that was decided on one which was never written.
pub async fn a_future_sequence_is_a_conflict_and_writes_nothing(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let unwritten = arrange::locked(&user);
    assert_conflict_writes_nothing(&stores, &arrange::toggled(unwritten.user())).await;
    assert_eq!(
        *arrange::find(&stores, "u").await.state(fixtures::now()),
        UserState::Active
    );
}

/// A change to nobody, and a creation that goes the wrong way.
pub async fn an_absent_user_is_a_conflict(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let creation = fixtures::new_user("nobody", arrange::ACME).change;
    assert_conflict_writes_nothing(&stores, &arrange::locked(creation.user())).await;
    assert_conflict_writes_nothing(&stores, &creation).await;
}

/// One user's change is nobody else's.
pub async fn a_commit_touches_one_user_only(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let (one, other) = (
        arrange::user(&stores, "one").await,
        arrange::user(&stores, "other").await,
    );
    arrange::commit(&stores, &arrange::locked(&one)).await;
    assert_eq!(arrange::assert_state_is_its_history(&stores, "other").await, other);
}
