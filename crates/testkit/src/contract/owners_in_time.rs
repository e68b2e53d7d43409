//! One active instance owner always remains, and a lock that has expired keeps nobody out.

use std::time::Duration;

use unlockd_application::ports::{CommitError, RemoveGrantError};
use unlockd_domain::{Actor, Grant, LockOrder, Timestamp, User, UserChange};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

/// When the lock of an owner ends who is locked for a minute, and the last moment before.
fn end() -> Timestamp {
    fixtures::now().saturating_add(Duration::from_mins(1))
}

fn before_end() -> Timestamp {
    Timestamp::from_unix_microseconds(end().unix_microseconds() - 1).expect("a timestamp")
}

/// An owner who is locked for a minute, and one who is not.
async fn two_owners(stores: &Stores) -> (User, User) {
    arrange::organization(stores, arrange::ACME).await;
    let locked = arrange::locked_for_a_minute(stores, "locked").await;
    let locked = arrange::grant(stores, &locked, &Grant::instance_owner()).await;
    (locked, arrange::owner(stores, "active").await)
}

/// The ways to go, short of losing the role.
fn departures(owner: &User, now: Timestamp) -> [UserChange; 4] {
    let order = LockOrder {
        until: None,
        ..fixtures::lock_order()
    };
    let guess = owner.fail_password_check(&fixtures::lockout_policy(1), true, Actor::System, now);
    [
        owner.lock(order, Actor::System, now).expect("an active user"),
        owner.deactivate(None, Actor::System, now).expect("a user"),
        owner.delete(Actor::System, now).expect("a user"),
        guess.expect("a password may be tried"),
    ]
}

async fn assert_commit_refused(stores: &Stores, change: &UserChange) {
    let before = arrange::known(stores, change.user().id()).await;
    let refused = stores.users.commit(change, None).await;
    assert!(matches!(refused, Err(CommitError::LastInstanceOwner)), "{refused:?}");
    assert_eq!(arrange::known(stores, change.user().id()).await, before);
}

/// Another owner lets people in again from the moment on at which their lock ends, though nobody has written that down;
/// the moment is that of the change.
pub async fn an_owner_whose_lock_has_expired_counts(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (locked, owner) = two_owners(&stores).await;
    for change in departures(&owner, before_end()) {
        assert_commit_refused(&stores, &change).await;
    }
    // Each of the ways by somebody else, who is alone but for the one whose lock has expired.
    arrange::commit(&stores, &departures(&owner, end())[0]).await;
    for number in 1..4 {
        let owner = arrange::owner(&stores, &format!("owner {number}")).await;
        arrange::commit(&stores, &departures(&owner, end())[number]).await;
    }
    assert_eq!(arrange::find(&stores, "locked").await, locked);
}

/// As little can be taken from them as from anybody: they are the last one who is active.
pub async fn the_last_owner_whose_lock_has_expired_stays(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (locked, owner) = two_owners(&stores).await;
    arrange::commit(&stores, &departures(&owner, end())[0]).await;
    for change in departures(&locked, end()) {
        assert!(change.events().count() > 1, "{change:?}");
        assert_commit_refused(&stores, &change).await;
    }
    // What keeps them in service is written, with the end of the lock.
    let update = arrange::updated_after_expiry(&locked, "{}");
    arrange::commit(&stores, &update).await;
}

/// The role is taken from nobody who is the last one to be active then, and from whoever else holds it.
pub async fn a_role_is_taken_by_who_is_active_at_the_moment(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (locked, owner) = two_owners(&stores).await;
    let role = Grant::instance_owner();
    let refused = stores.grants.remove(owner.id(), &role, before_end()).await;
    assert!(
        matches!(refused, Err(RemoveGrantError::LastInstanceOwner)),
        "{refused:?}"
    );
    let removed = stores.grants.remove(owner.id(), &role, end()).await;
    removed.expect("the role is removed");
    let refused = stores.grants.remove(locked.id(), &role, end()).await;
    assert!(
        matches!(refused, Err(RemoveGrantError::LastInstanceOwner)),
        "{refused:?}"
    );
    // While they are locked they are nobody's hope.
    let removed = stores.grants.remove(locked.id(), &role, before_end()).await;
    removed.expect("the role is removed");
    assert_eq!(stores.grants.list(None).await.expect("an answer"), []);
}

/// Nothing else is looked at but the moment: neither what is written down, nor the store's own clock.
pub async fn a_lock_in_the_far_future_ends_when_it_is_over(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let future = fixtures::timestamp("9000-01-01T00:00:00Z");
    let user = arrange::user(&stores, "far").await;
    let far = arrange::commit(&stores, &arrange::locked_until(&user, future)).await;
    arrange::grant(&stores, &far, &Grant::instance_owner()).await;
    let owner = arrange::owner(&stores, "owner").await;
    let before = Timestamp::from_unix_microseconds(future.unix_microseconds() - 1).expect("a timestamp");
    assert_commit_refused(&stores, &departures(&owner, before)[0]).await;
    arrange::commit(&stores, &departures(&owner, future)[0]).await;
}
