//! `GrantStore`, apart from what protects the last owner.

use unlockd_application::ports::{AddGrantError, CommitError, RemoveGrantError};
use unlockd_domain::{Actor, Grant, GrantScope, Role, UserEventKind, UserId};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn on_instance(role: Role) -> Grant {
    Grant::new(role, GrantScope::Instance).expect("an instance role")
}

fn on_organization(role: Role, organization: &str) -> Grant {
    let scope = GrantScope::Organization(fixtures::organization_id(organization));
    Grant::new(role, scope).expect("an organization role")
}

async fn listed(stores: &Stores, user: Option<&UserId>) -> Vec<(UserId, Grant)> {
    stores.grants.list(user).await.expect("an answer")
}

/// Nothing is granted twice.
pub async fn granting_again_succeeds_and_changes_nothing(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    for grant in [
        on_instance(Role::IamUserManager),
        on_organization(Role::OrgOwner, arrange::ACME),
    ] {
        arrange::grant(&stores, &user, &grant).await;
        let before = listed(&stores, None).await;
        arrange::grant(&stores, &user, &grant).await;
        assert_eq!(listed(&stores, None).await, before);
    }
    assert_eq!(listed(&stores, None).await.len(), 2);
}

/// A missing user goes before a missing organization; neither grants anything.
pub async fn a_grant_needs_its_user_and_its_organization(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let nobody = fixtures::user_id("nobody");
    for grant in [
        on_instance(Role::IamOwner),
        on_organization(Role::OrgOwner, arrange::ACME),
        on_organization(Role::OrgOwner, "nowhere"),
    ] {
        let refused = stores.grants.add(&nobody, &grant, fixtures::now()).await;
        assert!(matches!(refused, Err(AddGrantError::UserNotFound)), "{refused:?}");
    }
    let nowhere = on_organization(Role::OrgOwner, "nowhere");
    let refused = stores.grants.add(user.id(), &nowhere, fixtures::now()).await;
    assert!(
        matches!(refused, Err(AddGrantError::OrganizationNotFound)),
        "{refused:?}"
    );
    assert_eq!(listed(&stores, None).await, Vec::new());
}

/// A removal takes one role in one place, once.
pub async fn a_removal_takes_exactly_what_was_granted(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::organization(&stores, "umbrella").await;
    let (user, other) = (arrange::user(&stores, "u").await, arrange::user(&stores, "v").await);
    let taken = on_organization(Role::OrgUserManager, arrange::ACME);
    let kept = [
        (user.id().clone(), on_instance(Role::IamUserManager)),
        (user.id().clone(), on_organization(Role::OrgOwner, arrange::ACME)),
        (user.id().clone(), on_organization(Role::OrgUserManager, "umbrella")),
        (other.id().clone(), taken.clone()),
    ];
    for (id, grant) in &kept {
        stores.grants.add(id, grant, fixtures::now()).await.expect("granted");
    }
    arrange::grant(&stores, &user, &taken).await;
    stores
        .grants
        .remove(user.id(), &taken, fixtures::now())
        .await
        .expect("removed");
    assert_eq!(listed(&stores, None).await, kept);
    let refused = stores.grants.remove(user.id(), &taken, fixtures::now()).await;
    assert!(matches!(refused, Err(RemoveGrantError::NotGranted)), "{refused:?}");
    arrange::grant(&stores, &user, &taken).await;
    assert_eq!(listed(&stores, None).await.len(), kept.len() + 1);
}

/// What is not held cannot be taken, the instance owner's role included.
pub async fn removing_what_was_never_granted_is_refused(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let owner = arrange::owner(&stores, "owner").await;
    let user = arrange::user(&stores, "u").await;
    let pairs = [
        (user.id().clone(), Grant::instance_owner()),
        (owner.id().clone(), on_organization(Role::OrgOwner, arrange::ACME)),
        (owner.id().clone(), on_organization(Role::OrgOwner, "nowhere")),
        (fixtures::user_id("nobody"), Grant::instance_owner()),
    ];
    for (id, grant) in pairs {
        let refused = stores.grants.remove(&id, &grant, fixtures::now()).await;
        assert!(
            matches!(refused, Err(RemoveGrantError::NotGranted)),
            "{id}, {grant}: {refused:?}"
        );
    }
    assert_eq!(
        listed(&stores, None).await,
        [(owner.id().clone(), Grant::instance_owner())]
    );
}

/// The order is that of the domain's types: ids by their bytes, roles as they are declared, the instance first.
pub async fn grants_are_listed_by_user_then_role_then_organization(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let organizations = ["B", "a", "ä"];
    for organization in organizations.into_iter().chain([arrange::ACME]) {
        arrange::organization(&stores, organization).await;
    }
    let mut expected = Vec::new();
    for user in ["B", "a", "ä"] {
        let user = arrange::user(&stores, user).await;
        for role in Role::ALL {
            if role.is_instance_role() {
                expected.push((user.id().clone(), on_instance(role)));
            } else {
                let all = organizations.map(|organization| (user.id().clone(), on_organization(role, organization)));
                expected.extend(all);
            }
        }
    }
    for (id, grant) in expected.iter().rev() {
        stores.grants.add(id, grant, fixtures::now()).await.expect("granted");
    }
    assert_eq!(listed(&stores, None).await, expected);
    let one: Vec<_> = expected.into_iter().filter(|(id, _)| id.as_str() == "a").collect();
    assert_eq!(listed(&stores, Some(&fixtures::user_id("a"))).await, one);
    assert_eq!(listed(&stores, Some(&fixtures::user_id("A"))).await, Vec::new());
}

/// The events name the role and where it holds; what changes nothing is no event.
pub async fn each_grant_and_each_removal_is_one_event_of_the_user(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let grants = [
        Grant::instance_owner(),
        on_instance(Role::IamLoginClient),
        on_organization(Role::OrgUserUnlocker, arrange::ACME),
    ];
    for grant in &grants {
        for _ in 0..2 {
            arrange::grant(&stores, &user, grant).await;
        }
    }
    let removed = &grants[2];
    stores
        .grants
        .remove(user.id(), removed, fixtures::now())
        .await
        .expect("removed");
    let again = stores.grants.remove(user.id(), removed, fixtures::now()).await;
    assert!(matches!(again, Err(RemoveGrantError::NotGranted)), "{again:?}");
    let last_owner = stores.grants.remove(user.id(), &grants[0], fixtures::now()).await;
    assert!(
        matches!(last_owner, Err(RemoveGrantError::LastInstanceOwner)),
        "{last_owner:?}"
    );

    arrange::assert_state_is_its_history(&stores, "u").await;
    let history = stores.users.history(user.id()).await.expect("an answer");
    let mut expected: Vec<_> = grants
        .iter()
        .map(|grant| UserEventKind::RoleGranted { grant: grant.clone() })
        .collect();
    expected.push(UserEventKind::RoleRemoved { grant: removed.clone() });
    assert_eq!(
        history
            .iter()
            .skip(1)
            .map(|event| event.kind.clone())
            .collect::<Vec<_>>(),
        expected
    );
    for event in &history[1..] {
        assert_eq!((&event.actor, event.time), (&Actor::System, fixtures::now()));
    }
    assert_eq!(arrange::events_of(&stores, user.id()).await, history);
}

/// So a decision that was made on the grants of before is made again.
pub async fn a_grant_and_a_removal_make_a_commit_on_the_earlier_sequence_a_conflict(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let grant = on_organization(Role::OrgOwner, arrange::ACME);
    let before = arrange::user(&stores, "u").await;
    arrange::grant(&stores, &before, &grant).await;
    let refused = stores.users.commit(&arrange::locked(&before), None).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");

    let granted = arrange::find(&stores, "u").await;
    stores
        .grants
        .remove(granted.id(), &grant, fixtures::now())
        .await
        .expect("removed");
    let refused = stores.users.commit(&arrange::locked(&granted), None).await;
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");

    let removed = arrange::find(&stores, "u").await;
    arrange::commit(&stores, &arrange::locked(&removed)).await;
}

/// Nobody else's grants are among them.
pub async fn a_user_is_found_with_the_grants_of_that_sequence(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let (user, other) = (arrange::user(&stores, "u").await, arrange::owner(&stores, "v").await);
    let absent = stores.users.find_with_grants(&fixtures::user_id("nobody")).await;
    assert_eq!(absent.expect("an answer"), None);
    let mut granted = Vec::new();
    let grants = [
        on_instance(Role::IamUserManager),
        on_organization(Role::OrgOwner, arrange::ACME),
    ];
    for grant in grants {
        let (found, held) = stores
            .users
            .find_with_grants(user.id())
            .await
            .expect("an answer")
            .expect("a user");
        assert_eq!(found, arrange::find(&stores, "u").await);
        assert_eq!(held.iter().cloned().collect::<Vec<_>>(), granted);
        arrange::grant(&stores, &user, &grant).await;
        granted.push(grant);
    }
    let (found, held) = stores
        .users
        .find_with_grants(user.id())
        .await
        .expect("an answer")
        .expect("a user");
    assert_eq!(
        (found.sequence().get(), held.iter().cloned().collect::<Vec<_>>()),
        (3, granted)
    );
    arrange::commit(&stores, &arrange::deleted(&found)).await;
    let (_, held) = stores
        .users
        .find_with_grants(user.id())
        .await
        .expect("an answer")
        .expect("a user");
    assert_eq!(held.iter().count(), 0);
    let (_, held) = stores
        .users
        .find_with_grants(other.id())
        .await
        .expect("an answer")
        .expect("a user");
    assert_eq!(held.iter().collect::<Vec<_>>(), [&Grant::instance_owner()]);
}
