//! The rule that nobody acts on somebody more powerful.

use proptest::prelude::*;
use unlockd_domain::{Grant, GrantScope, Grants, Permission, Reach, Role};

use crate::{cases, organization_id};

const ORGANIZATIONS: [&str; 2] = ["acme", "umbrella"];

fn grant() -> impl Strategy<Value = Grant> {
    (
        prop::sample::select(Role::ALL.as_slice()),
        prop::sample::select(ORGANIZATIONS.as_slice()),
    )
        .prop_map(|(role, organization)| on(role, organization))
}

fn grants() -> impl Strategy<Value = Grants> {
    prop::collection::vec(grant(), 0..4).prop_map(|grants| grants.into_iter().collect())
}

/// The role on the instance or on the organization, wherever it can hold.
fn on(role: Role, organization: &str) -> Grant {
    let scope = if role.is_instance_role() {
        GrantScope::Instance
    } else {
        GrantScope::Organization(organization_id(organization))
    };
    Grant::new(role, scope).unwrap()
}

fn holding(role: Role, organization: &str) -> Grants {
    [on(role, organization)].into_iter().collect()
}

/// What a user may do, one by one. An organization that no grant names stands for the whole instance.
fn powers(grants: &Grants) -> Vec<(Permission, String)> {
    let mut powers = Vec::new();
    for permission in Role::IamOwner.permissions() {
        for place in ORGANIZATIONS.into_iter().chain(["elsewhere"]) {
            if grants.reach(*permission).covers(&organization_id(place)) {
                powers.push((*permission, place.to_owned()));
            }
        }
    }
    powers
}

#[test]
fn user_managers_cover_viewers_and_unlockers_but_neither_owners_nor_log_in_pages() {
    let manager = holding(Role::OrgUserManager, "acme");
    for (role, organization, covered) in [
        (Role::OrgUserManager, "acme", true),
        (Role::OrgUserUnlocker, "acme", true),
        (Role::OrgOwnerViewer, "acme", true),
        (Role::OrgOwner, "acme", false),
        (Role::OrgUserUnlocker, "umbrella", false),
        (Role::IamOwner, "acme", false),
        (Role::IamOwnerViewer, "acme", false),
        (Role::IamUserUnlocker, "acme", false),
        (Role::IamLoginClient, "acme", false),
    ] {
        assert_eq!(
            manager.covers(&holding(role, organization)),
            covered,
            "{role} on {organization}"
        );
    }
    assert!(manager.covers(&Grants::default()));
    assert!(!Grants::default().covers(&manager));
}

#[test]
fn an_owner_of_the_instance_covers_everybody() {
    let owner = holding(Role::IamOwner, "acme");
    for role in Role::ALL {
        assert!(owner.covers(&holding(role, "umbrella")), "{role}");
        assert_eq!(holding(role, "acme").covers(&owner), role == Role::IamOwner, "{role}");
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn covering_means_to_have_every_power_of_the_other(one in grants(), other in grants()) {
        let powers_of_one = powers(&one);
        let expected = powers(&other).iter().all(|power| powers_of_one.contains(power));
        prop_assert_eq!(one.covers(&other), expected);
    }

    #[test]
    fn covering_is_reflexive_and_transitive(a in grants(), b in grants(), c in grants()) {
        prop_assert!(a.covers(&a));
        prop_assert!(!(a.covers(&b) && b.covers(&c)) || a.covers(&c));
    }

    /// Whoever may act on a user can become that user. So the users whom somebody can become, directly or through others,
    /// must have no power that they lack.
    #[test]
    fn nobody_gains_a_power_by_becoming_others(all in prop::collection::vec(grants(), 1..6), links in prop::collection::vec(0..6_usize, 0..12)) {
        let mut current = &all[0];
        for next in links.iter().filter_map(|index| all.get(*index)) {
            let writes = current.reach(Permission::UserWrite) != Reach::Nothing;
            if writes && current.covers(next) {
                current = next;
            }
        }
        let own = powers(&all[0]);
        prop_assert!(powers(current).iter().all(|power| own.contains(power)));
    }
}
