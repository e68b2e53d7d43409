//! The table of roles, and how far permissions go.

use unlockd_domain::{Grant, GrantScope, Grants, Permission, Reach, Role, UnknownRole};

use crate::organization_id;

const READ: &[Permission] = &[Permission::UserRead, Permission::PolicyRead, Permission::SessionRead];
/// Everything about users, and reading what governs them. Signing in for others is not part of it.
const USERS: &[Permission] = &[
    Permission::UserRead,
    Permission::UserWrite,
    Permission::UserDelete,
    Permission::UserUnlock,
    Permission::PolicyRead,
    Permission::SessionRead,
    Permission::SessionDelete,
];
const UNLOCK: &[Permission] = &[Permission::UserRead, Permission::UserUnlock, Permission::PolicyRead];
const SIGN_IN: &[Permission] = &[Permission::SessionRead, Permission::SessionWrite];
const ALL: &[Permission] = &[
    Permission::UserRead,
    Permission::UserWrite,
    Permission::UserDelete,
    Permission::UserUnlock,
    Permission::PolicyRead,
    Permission::PolicyWrite,
    Permission::SessionRead,
    Permission::SessionWrite,
    Permission::SessionDelete,
];

/// Name, whether it is given on the instance, what it allows.
const TABLE: [(Role, &str, bool, &[Permission]); 9] = [
    (Role::IamOwner, "IAM_OWNER", true, ALL),
    (Role::IamUserManager, "IAM_USER_MANAGER", true, USERS),
    (Role::IamOwnerViewer, "IAM_OWNER_VIEWER", true, READ),
    (Role::IamUserUnlocker, "IAM_USER_UNLOCKER", true, UNLOCK),
    (Role::IamLoginClient, "IAM_LOGIN_CLIENT", true, SIGN_IN),
    (Role::OrgOwner, "ORG_OWNER", false, ALL),
    (Role::OrgUserManager, "ORG_USER_MANAGER", false, USERS),
    (Role::OrgOwnerViewer, "ORG_OWNER_VIEWER", false, READ),
    (Role::OrgUserUnlocker, "ORG_USER_UNLOCKER", false, UNLOCK),
];

fn on(organization: &str) -> GrantScope {
    GrantScope::Organization(organization_id(organization))
}

fn grants(grants: &[(Role, GrantScope)]) -> Grants {
    grants
        .iter()
        .map(|(role, scope)| Grant::new(*role, scope.clone()).unwrap())
        .collect()
}

#[test]
fn the_roles_are_those_of_the_table() {
    assert_eq!(TABLE.map(|(role, ..)| role), Role::ALL);
    for (role, name, on_instance, permissions) in TABLE {
        assert_eq!(role.to_string(), name);
        assert_eq!(name.parse(), Ok(role));
        assert_eq!(role.is_instance_role(), on_instance, "{name}");
        assert_eq!(role.permissions(), permissions, "{name}");
    }
}

#[test]
fn an_unknown_role_is_refused_with_the_names_of_all() {
    for name in ["", "iam_owner", "IAM_OWNER ", "OWNER"] {
        let error = name.parse::<Role>().unwrap_err();
        assert_eq!(error, UnknownRole(name.to_owned()));
        for role in Role::ALL {
            assert!(error.to_string().contains(role.as_str()), "{error}");
        }
    }
}

#[test]
fn instance_roles_hold_on_the_instance_and_the_others_on_an_organization() {
    for (role, name, on_instance, _) in TABLE {
        let instance = Grant::new(role, GrantScope::Instance);
        let organization = Grant::new(role, on("acme"));
        assert_eq!(instance.is_some(), on_instance, "{name}");
        assert_eq!(organization.is_some(), !on_instance, "{name}");
        for grant in [instance, organization].into_iter().flatten() {
            assert_eq!(grant.role(), role);
            assert_eq!(grant.organization().is_none(), on_instance);
            let place = if on_instance { "the instance" } else { "acme" };
            assert_eq!(grant.to_string(), format!("{name} on {place}"));
        }
    }
    assert_eq!(
        Grant::new(Role::IamOwner, GrantScope::Instance),
        Some(Grant::instance_owner())
    );
}

#[test]
fn without_grants_nothing_is_within_reach() {
    let nothing = Grants::default();
    for permission in ALL {
        let reach = nothing.reach(*permission);
        assert_eq!(reach, Reach::Nothing);
        assert!(!reach.covers(&organization_id("acme")));
    }
}

#[test]
fn each_role_reaches_as_far_as_it_is_given() {
    for (role, name, on_instance, permissions) in TABLE {
        let scope = if on_instance { GrantScope::Instance } else { on("acme") };
        let granted = grants(&[(role, scope)]);
        for permission in ALL {
            let allowed = permissions.contains(permission);
            let reach = granted.reach(*permission);
            assert_eq!(reach.covers(&organization_id("acme")), allowed, "{name}");
            assert_eq!(reach.covers(&organization_id("ACME")), allowed && on_instance, "{name}");
            assert_eq!(reach == Reach::Instance, allowed && on_instance, "{name}");
            assert_eq!(reach == Reach::Nothing, !allowed, "{name}");
        }
    }
}

#[test]
fn several_grants_reach_as_far_as_all_of_them_for_each_permission_apart() {
    let granted = grants(&[
        (Role::OrgOwnerViewer, on("seen")),
        (Role::OrgOwner, on("owned")),
        (Role::OrgUserManager, on("managed")),
    ]);
    let (seen, owned, managed) = (
        organization_id("seen"),
        organization_id("owned"),
        organization_id("managed"),
    );
    let readable = Reach::Organizations(vec![&seen, &owned, &managed]);
    assert_eq!(granted.reach(Permission::UserRead), readable);
    for permission in [Permission::UserWrite, Permission::UserDelete] {
        assert_eq!(granted.reach(permission), Reach::Organizations(vec![&owned, &managed]));
    }

    let everywhere = grants(&[
        (Role::OrgOwner, on("owned")),
        (Role::IamOwnerViewer, GrantScope::Instance),
    ]);
    assert_eq!(everywhere.reach(Permission::UserRead), Reach::Instance);
    assert_eq!(
        everywhere.reach(Permission::UserWrite),
        Reach::Organizations(vec![&owned])
    );
    assert_eq!(everywhere.iter().count(), 2);
}
