//! One active instance owner always remains, in whatever way the others go.

use unlockd_application::ports::{CommitError, RemoveGrantError};
use unlockd_domain::{Actor, Grant, TokenDigest, User, UserChange, UserState};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

/// How an owner stops being an active owner.
#[derive(Debug, Clone, Copy)]
enum Departure {
    Lock,
    Deactivation,
    Deletion,
    RemovalOfTheGrant,
}

impl Departure {
    const ALL: [Self; 4] = [Self::Lock, Self::Deactivation, Self::Deletion, Self::RemovalOfTheGrant];

    /// Whether it was done; if not, then for want of another owner.
    async fn is_done(self, stores: &Stores, owner: &User) -> bool {
        let change = match self {
            Self::Lock => arrange::locked(owner),
            Self::Deactivation => arrange::deactivated(owner),
            Self::Deletion => arrange::deleted(owner),
            Self::RemovalOfTheGrant => {
                let removed = stores
                    .grants
                    .remove(owner.id(), &Grant::instance_owner(), fixtures::now())
                    .await;
                assert!(
                    matches!(removed, Ok(()) | Err(RemoveGrantError::LastInstanceOwner)),
                    "{removed:?}"
                );
                return removed.is_ok();
            }
        };
        let written = stores.users.commit(&change, None).await;
        assert!(
            matches!(written, Ok(()) | Err(CommitError::LastInstanceOwner)),
            "{written:?}"
        );
        written.is_ok()
    }
}

/// What ends activity and has no test of its own in `instance_owners`.
const ENDS: [fn(&User) -> UserChange; 2] = [arrange::deactivated, arrange::deleted];

async fn assert_refused(stores: &Stores, change: &UserChange) {
    let id = change.user().id();
    let before = arrange::known(stores, id).await;
    let refused = stores.users.commit(change, None).await;
    assert!(matches!(refused, Err(CommitError::LastInstanceOwner)), "{refused:?}");
    assert_eq!(arrange::known(stores, id).await, before);
}

/// Neither state, nor event, nor profile, nor token, nor role is touched by what is refused.
pub async fn the_only_active_owner_is_neither_deactivated_nor_deleted(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let new = fixtures::named_user("owner", arrange::ACME, &["name"]);
    arrange::write(&stores, &new).await;
    let owner = arrange::grant(&stores, new.change.user(), &Grant::instance_owner()).await;
    let token = fixtures::access_token("t", "owner");
    let added = stores.access_tokens.add(&token, &TokenDigest([1; 32]), None).await;
    added.expect("the token is written");
    arrange::user(&stores, "no owner").await;
    for end in ENDS {
        assert_refused(&stores, &end(&owner)).await;
    }
}

/// With somebody else to let them back in, owners go like anybody.
pub async fn an_owner_goes_while_another_one_is_active(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::owner(&stores, "other").await;
    for (number, end) in ENDS.into_iter().enumerate() {
        let id = format!("owner {number}");
        let owner = arrange::owner(&stores, &id).await;
        let gone = arrange::commit(&stores, &end(&owner)).await;
        assert_eq!(arrange::assert_state_is_its_history(&stores, &id).await, gone);
    }
    assert_eq!(arrange::active_owners(&stores).await, 1);
}

/// Who is inactive or deleted lets nobody in; who is back in service counts again.
pub async fn an_owner_who_has_gone_does_not_count(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let owner = arrange::owner(&stores, "owner").await;
    let deleted = arrange::owner(&stores, "deleted").await;
    arrange::commit(&stores, &arrange::deleted(&deleted)).await;
    let other = arrange::owner(&stores, "other").await;
    let inactive = arrange::commit(&stores, &arrange::deactivated(&other)).await;
    for change in [
        arrange::locked(&owner),
        arrange::deactivated(&owner),
        arrange::deleted(&owner),
    ] {
        assert_refused(&stores, &change).await;
    }
    let refused = stores
        .grants
        .remove(owner.id(), &Grant::instance_owner(), fixtures::now())
        .await;
    assert!(
        matches!(refused, Err(RemoveGrantError::LastInstanceOwner)),
        "{refused:?}"
    );
    arrange::commit(&stores, &arrange::reactivated(&inactive)).await;
    arrange::commit(&stores, &arrange::deactivated(&owner)).await;
}

/// An owner who is out of service already goes no further unless another one is active: whoever is left can still be let
/// back in.
pub async fn an_owner_out_of_service_goes_only_while_another_one_is_active(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut out_of_service = Vec::new();
    for (id, put) in [
        ("locked", arrange::locked as fn(&User) -> UserChange),
        ("locked too", arrange::locked),
        ("inactive", arrange::deactivated),
    ] {
        let user = arrange::user(&stores, id).await;
        arrange::commit(&stores, &put(&user)).await;
        out_of_service.push(arrange::grant(&stores, &user, &Grant::instance_owner()).await);
    }
    let ends = [
        arrange::deactivated(&out_of_service[0]),
        arrange::deleted(&out_of_service[1]),
        arrange::deleted(&out_of_service[2]),
    ];
    for end in &ends {
        assert_refused(&stores, end).await;
    }
    arrange::owner(&stores, "active").await;
    for end in &ends {
        arrange::commit(&stores, end).await;
    }
    assert_eq!(arrange::active_owners(&stores).await, 1);
}

/// Who holds no `IAM_OWNER` is nobody's last hope.
pub async fn a_user_who_is_no_owner_goes_without_owners(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for (number, end) in ENDS.into_iter().enumerate() {
        let user = arrange::user(&stores, &format!("user {number}")).await;
        arrange::commit(&stores, &end(&user)).await;
    }
}

/// Whatever takes nobody out of service is never refused for want of owners.
pub async fn other_changes_of_the_last_owner_are_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "owner").await;
    let inactive = arrange::commit(&stores, &arrange::deactivated(&user)).await;
    let mut owner = arrange::grant(&stores, &inactive, &Grant::instance_owner()).await;
    for _ in 0..2 {
        let change = owner.update(fixtures::data("{}"), Actor::System, fixtures::now());
        owner = arrange::commit(&stores, &change.expect("a user")).await;
        if *owner.state(fixtures::now()) == UserState::Inactive {
            owner = arrange::commit(&stores, &arrange::reactivated(&owner)).await;
        }
    }
    assert_eq!(arrange::active_owners(&stores).await, 1);
    assert_eq!(arrange::assert_state_is_its_history(&stores, "owner").await, owner);
}

/// At the same moment every owner goes, each in one of four ways.
pub async fn parallel_departures_of_all_owners_leave_exactly_one_active(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut tasks = Vec::new();
    for number in 0..12 {
        let owner = arrange::owner(&stores, &format!("owner {number}")).await;
        let stores = stores.clone();
        let departure = Departure::ALL[number % 4];
        tasks.push(async move { departure.is_done(&stores, &owner).await });
    }
    let done = arrange::in_parallel(tasks).await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), 11);
    assert_eq!(arrange::active_owners(&stores).await, 1);
}

/// Two owners are left and both go: every way against every other.
pub async fn of_two_owners_who_go_at_once_one_stays(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut last = arrange::owner(&stores, "owner").await;
    for (round, one) in Departure::ALL.into_iter().enumerate() {
        for other in Departure::ALL {
            let pair = [("one", one), ("other", other)].map(|(side, departure)| {
                let id = format!("{side} {round} {other:?}");
                (id, departure)
            });
            let mut tasks = Vec::new();
            for (id, departure) in pair {
                let owner = arrange::owner(&stores, &id).await;
                let stores = stores.clone();
                tasks.push(async move { (departure.is_done(&stores, &owner).await, owner) });
            }
            let removed = stores
                .grants
                .remove(last.id(), &Grant::instance_owner(), fixtures::now())
                .await;
            removed.expect("the role is removed");
            let (gone, left): (Vec<_>, Vec<_>) = arrange::in_parallel(tasks).await.into_iter().partition(|done| done.0);
            assert_eq!((gone.len(), left.len()), (1, 1), "{one:?} and {other:?}");
            assert_eq!(arrange::active_owners(&stores).await, 1, "{one:?} and {other:?}");
            last = left[0].1.clone();
        }
    }
}
