//! One active instance owner always remains.

use std::sync::Arc;

use unlockd_application::ports::{CommitError, RemoveGrantError};
use unlockd_domain::{Grant, GrantScope, Role, User, UserState};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const OWNERS: usize = 8;

async fn assert_lock_refused(stores: &Stores, id: &str) {
    let user = arrange::find(stores, id).await;
    let refused = stores.users.commit(&arrange::locked(&user), None).await;
    assert!(matches!(refused, Err(CommitError::LastInstanceOwner)), "{refused:?}");
    assert_eq!(arrange::assert_state_is_its_history(stores, id).await, user);
}

/// The refused lock writes neither state nor event; other users and other roles do not help.
pub async fn the_only_active_owner_is_not_locked(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::owner(&stores, "owner").await;
    let manager = arrange::user(&stores, "manager").await;
    let roles = [
        Grant::new(Role::IamUserManager, GrantScope::Instance),
        Grant::new(
            Role::OrgOwner,
            GrantScope::Organization(fixtures::organization_id(arrange::ACME)),
        ),
    ];
    for grant in roles.into_iter().flatten() {
        arrange::grant(&stores, &manager, &grant).await;
    }
    assert_lock_refused(&stores, "owner").await;
}

/// With somebody else to let them back in, owners are locked like anybody.
pub async fn an_owner_is_locked_while_another_one_is_active(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let owner = arrange::owner(&stores, "owner").await;
    arrange::owner(&stores, "other").await;
    let locked = arrange::commit(&stores, &arrange::locked(&owner)).await;
    assert_eq!(arrange::assert_state_is_its_history(&stores, "owner").await, locked);
}

/// An owner who is locked lets nobody in; once unlocked, they count again.
pub async fn a_locked_owner_does_not_count(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let owner = arrange::owner(&stores, "owner").await;
    let other = arrange::owner(&stores, "other").await;
    let locked = arrange::commit(&stores, &arrange::locked(&other)).await;
    assert_lock_refused(&stores, "owner").await;
    arrange::commit(&stores, &arrange::toggled(&locked)).await;
    arrange::commit(&stores, &arrange::locked(&owner)).await;
}

/// Who holds no `IAM_OWNER`, or holds it no longer, is nobody's last hope.
pub async fn a_user_who_is_no_owner_is_locked_without_owners(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "user").await;
    arrange::commit(&stores, &arrange::locked(&user)).await;
    arrange::owner(&stores, "owner").await;
    let other = arrange::user(&stores, "other").await;
    arrange::commit(&stores, &arrange::locked(&other)).await;
}

/// A change that comes too late is a conflict, whoever the user is.
pub async fn a_stale_lock_of_the_only_owner_is_a_conflict(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "owner").await;
    let stale = arrange::locked(&user);
    let locked = arrange::commit(&stores, &stale).await;
    let unlocked = arrange::commit(&stores, &arrange::toggled(&locked)).await;
    arrange::grant(&stores, &unlocked, &Grant::instance_owner()).await;
    let refused = stores.users.commit(&stale, None).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");
}

/// The role of the only active owner stays; with another one it goes.
pub async fn the_grant_of_the_only_active_owner_is_not_removed(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let owner = arrange::owner(&stores, "owner").await;
    let grant = Grant::instance_owner();
    let refused = stores.grants.remove(owner.id(), &grant, fixtures::now()).await;
    assert!(
        matches!(refused, Err(RemoveGrantError::LastInstanceOwner)),
        "{refused:?}"
    );
    let granted = stores.grants.list(Some(owner.id())).await.expect("an answer");
    assert_eq!(granted, [(owner.id().clone(), grant.clone())]);

    let other = arrange::owner(&stores, "other").await;
    stores
        .grants
        .remove(owner.id(), &grant, fixtures::now())
        .await
        .expect("removed");
    let refused = stores.grants.remove(other.id(), &grant, fixtures::now()).await;
    assert!(
        matches!(refused, Err(RemoveGrantError::LastInstanceOwner)),
        "{refused:?}"
    );
}

/// Taking the role from an owner who is locked leaves as many active owners as before.
pub async fn the_grant_of_a_locked_owner_is_removed(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::owner(&stores, "owner").await;
    let other = arrange::owner(&stores, "other").await;
    arrange::commit(&stores, &arrange::locked(&other)).await;
    let removed = stores
        .grants
        .remove(other.id(), &Grant::instance_owner(), fixtures::now())
        .await;
    removed.expect("the role is removed");
    assert_eq!(arrange::active_owners(&stores).await, 1);
}

/// Where no owner is active, taking the role from one who is locked makes nothing worse.
pub async fn the_grant_of_a_locked_owner_is_removed_without_an_active_one(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let owner = locked_before_the_grant(&stores).await;
    let removed = stores
        .grants
        .remove(owner.id(), &Grant::instance_owner(), fixtures::now())
        .await;
    removed.expect("the role is removed");
    assert_eq!(stores.grants.list(None).await.expect("an answer"), []);
}

/// Letting an owner back in is never refused for want of owners.
pub async fn a_locked_owner_is_unlocked_without_an_active_one(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let owner = locked_before_the_grant(&stores).await;
    assert_eq!(arrange::active_owners(&stores).await, 0);
    arrange::commit(&stores, &arrange::toggled(&owner)).await;
    assert_eq!(arrange::active_owners(&stores).await, 1);
}

/// The only way to owners of whom none is active.
async fn locked_before_the_grant(stores: &Stores) -> User {
    arrange::organization(stores, arrange::ACME).await;
    let user = arrange::user(stores, "owner").await;
    let locked = arrange::commit(stores, &arrange::locked(&user)).await;
    arrange::grant(stores, &locked, &Grant::instance_owner()).await
}

/// All owners are locked at the same moment.
pub async fn parallel_locks_of_all_owners_leave_exactly_one_active(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut tasks = Vec::new();
    for number in 0..OWNERS {
        let owner = arrange::owner(&stores, &format!("owner {number}")).await;
        let users = Arc::clone(&stores.users);
        tasks.push(async move { users.commit(&arrange::locked(&owner), None).await });
    }
    let results = arrange::in_parallel(tasks).await;
    let refused: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    assert!(
        matches!(refused[..], [CommitError::LastInstanceOwner]),
        "one lock is refused: {refused:?}"
    );
    assert_eq!(arrange::active_owners(&stores).await, 1);
}

/// Whoever becomes an owner and is locked at the same moment must not be taken for the one who remains.
pub async fn a_grant_that_races_with_locks_leaves_an_active_owner(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut owner = arrange::owner(&stores, "owner").await;
    for round in 0..16 {
        let second = arrange::user(&stores, &format!("second {round}")).await;
        let tasks = [
            Task::Grant(second.clone()),
            Task::Lock(owner.clone()),
            Task::Lock(second),
        ];
        let tasks = tasks.into_iter().map(|task| task.run(stores.clone()));
        arrange::in_parallel(tasks).await;
        assert!(
            arrange::active_owners(&stores).await >= 1,
            "nobody is left in round {round}"
        );

        owner = arrange::assert_state_is_its_history(&stores, "owner").await;
        if *owner.state(fixtures::now()) != UserState::Active {
            owner = arrange::commit(&stores, &arrange::toggled(&owner)).await;
        }
        let removed = stores
            .grants
            .remove(
                &fixtures::user_id(&format!("second {round}")),
                &Grant::instance_owner(),
                fixtures::now(),
            )
            .await;
        removed.expect("the role is removed");
    }
}

enum Task {
    Grant(User),
    Lock(User),
}

impl Task {
    async fn run(self, stores: Stores) {
        match self {
            Self::Grant(user) => {
                arrange::grant(&stores, &user, &Grant::instance_owner()).await;
            }
            Self::Lock(user) => {
                if let Err(error) = arrange::commit_anew(&stores, &user, arrange::locked).await {
                    assert!(matches!(error, CommitError::LastInstanceOwner), "{error:?}");
                }
            }
        }
    }
}

/// At the same moment half of the owners are locked and the others lose the role.
pub async fn parallel_locks_and_removals_leave_exactly_one_active_owner(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut tasks = Vec::new();
    for number in 0..OWNERS {
        let owner = arrange::owner(&stores, &format!("owner {number}")).await;
        let stores = stores.clone();
        tasks.push(async move {
            if number % 2 == 0 {
                match stores.users.commit(&arrange::locked(&owner), None).await {
                    Err(error) => assert!(matches!(error, CommitError::LastInstanceOwner), "{error:?}"),
                    Ok(()) => return true,
                }
            } else {
                match stores
                    .grants
                    .remove(owner.id(), &Grant::instance_owner(), fixtures::now())
                    .await
                {
                    Err(error) => assert!(matches!(error, RemoveGrantError::LastInstanceOwner), "{error:?}"),
                    Ok(()) => return true,
                }
            }
            false
        });
    }
    let done = arrange::in_parallel(tasks).await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), OWNERS - 1);
    assert_eq!(arrange::active_owners(&stores).await, 1);
}
