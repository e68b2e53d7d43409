use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::id::OrganizationId;

/// Something that roles allow to do with the users of an organization or of the whole instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See users (`user.read`).
    UserRead,
    /// Create users and change their state (`user.write`).
    UserWrite,
    /// Delete users (`user.delete`).
    UserDelete,
    /// Unlock users (`user.unlock`). Every role with `user.write` has it too.
    UserUnlock,
    /// See lockout policies (`policy.read`).
    PolicyRead,
    /// Set and reset lockout policies (`policy.write`).
    PolicyWrite,
    /// See sessions (`session.read`).
    SessionRead,
    /// Begin and change sessions for others, as log-in pages do (`session.write`).
    SessionWrite,
    /// End sessions of others (`session.delete`).
    SessionDelete,
}

/// A named set of permissions, given to a user on the instance or on one organization. The names are ZITADEL's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everything, everywhere. The last active holder cannot be locked.
    IamOwner,
    /// Users, everywhere.
    IamUserManager,
    /// Sees everything, everywhere.
    IamOwnerViewer,
    /// Unlocks users, everywhere.
    IamUserUnlocker,
    /// A log-in page: begins and reads sessions, everywhere.
    IamLoginClient,
    /// Everything in one organization.
    OrgOwner,
    /// Users of one organization.
    OrgUserManager,
    /// Sees everything in one organization.
    OrgOwnerViewer,
    /// Unlocks users of one organization.
    OrgUserUnlocker,
}

/// The text names no role.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown role {0:?}: the roles are {list}", list = Role::ALL.map(Role::as_str).join(", "))]
pub struct UnknownRole(pub String);

/// Where a role holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantScope {
    /// In every organization.
    Instance,
    /// In one organization.
    Organization(OrganizationId),
}

/// A role where it holds. Instance roles (`IAM_...`) hold on the instance, organization roles (`ORG_...`) on one organization.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    role: Role,
    scope: GrantScope,
}

/// All that a user is granted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants(Vec<Grant>);

/// How far a permission goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach<'a> {
    /// Nowhere: the permission is missing.
    Nothing,
    /// To the users of these organizations.
    Organizations(Vec<&'a OrganizationId>),
    /// To every user.
    Instance,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::IamOwner,
        Self::IamUserManager,
        Self::IamOwnerViewer,
        Self::IamUserUnlocker,
        Self::IamLoginClient,
        Self::OrgOwner,
        Self::OrgUserManager,
        Self::OrgOwnerViewer,
        Self::OrgUserUnlocker,
    ];

    /// The role's name on the command line and in stores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IamOwner => "IAM_OWNER",
            Self::IamUserManager => "IAM_USER_MANAGER",
            Self::IamOwnerViewer => "IAM_OWNER_VIEWER",
            Self::IamUserUnlocker => "IAM_USER_UNLOCKER",
            Self::IamLoginClient => "IAM_LOGIN_CLIENT",
            Self::OrgOwner => "ORG_OWNER",
            Self::OrgUserManager => "ORG_USER_MANAGER",
            Self::OrgOwnerViewer => "ORG_OWNER_VIEWER",
            Self::OrgUserUnlocker => "ORG_USER_UNLOCKER",
        }
    }

    /// What the role allows.
    #[must_use]
    pub fn permissions(self) -> &'static [Permission] {
        use Permission::{
            PolicyRead, PolicyWrite, SessionDelete, SessionRead, SessionWrite, UserDelete, UserRead, UserUnlock,
            UserWrite,
        };
        match self {
            Self::IamOwner | Self::OrgOwner => &[
                UserRead,
                UserWrite,
                UserDelete,
                UserUnlock,
                PolicyRead,
                PolicyWrite,
                SessionRead,
                SessionWrite,
                SessionDelete,
            ],
            Self::IamUserManager | Self::OrgUserManager => &[
                UserRead,
                UserWrite,
                UserDelete,
                UserUnlock,
                PolicyRead,
                SessionRead,
                SessionDelete,
            ],
            Self::IamUserUnlocker | Self::OrgUserUnlocker => &[UserRead, UserUnlock, PolicyRead],
            Self::IamLoginClient => &[SessionRead, SessionWrite],
            Self::IamOwnerViewer | Self::OrgOwnerViewer => &[UserRead, PolicyRead, SessionRead],
        }
    }

    /// Whether the role is given on the instance, and not on an organization.
    #[must_use]
    pub fn is_instance_role(self) -> bool {
        match self {
            Self::IamOwner
            | Self::IamUserManager
            | Self::IamOwnerViewer
            | Self::IamUserUnlocker
            | Self::IamLoginClient => true,
            Self::OrgOwner | Self::OrgUserManager | Self::OrgOwnerViewer | Self::OrgUserUnlocker => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == name)
            .ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

impl Grant {
    /// A role where it holds; none when an instance role is put on an organization, or the other way round.
    #[must_use]
    pub fn new(role: Role, scope: GrantScope) -> Option<Self> {
        (role.is_instance_role() == (scope == GrantScope::Instance)).then_some(Self { role, scope })
    }

    /// `IAM_OWNER` on the instance, of which one active holder always remains.
    #[must_use]
    pub fn instance_owner() -> Self {
        Self {
            role: Role::IamOwner,
            scope: GrantScope::Instance,
        }
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Where it holds.
    #[must_use]
    pub fn scope(&self) -> &GrantScope {
        &self.scope
    }

    /// The organization it holds on; none for the instance.
    #[must_use]
    pub fn organization(&self) -> Option<&OrganizationId> {
        match &self.scope {
            GrantScope::Instance => None,
            GrantScope::Organization(id) => Some(id),
        }
    }
}

/// `ROLE on the instance`, `ROLE on <organization>`.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            GrantScope::Instance => write!(f, "{} on the instance", self.role),
            GrantScope::Organization(id) => write!(f, "{} on {id}", self.role),
        }
    }
}

impl Grants {
    /// How far the permission goes for whoever has these grants.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Reach<'_> {
        let mut organizations = Vec::new();
        for grant in self
            .0
            .iter()
            .filter(|grant| grant.role.permissions().contains(&permission))
        {
            match &grant.scope {
                GrantScope::Instance => return Reach::Instance,
                GrantScope::Organization(id) => organizations.push(id),
            }
        }
        if organizations.is_empty() {
            Reach::Nothing
        } else {
            Reach::Organizations(organizations)
        }
    }

    /// Returns true if these grants include every permission of the others, everywhere the others have it. Only then may
    /// their holder act on the holder of the others, who could lend them permissions otherwise: by a new password, for
    /// instance.
    #[must_use]
    pub fn covers(&self, others: &Self) -> bool {
        let includes = |permission, scope: &GrantScope| match scope {
            GrantScope::Instance => self.reach(permission) == Reach::Instance,
            GrantScope::Organization(id) => self.reach(permission).covers(id),
        };
        others.iter().all(|grant| {
            let mut permissions = grant.role.permissions().iter();
            permissions.all(|permission| includes(*permission, &grant.scope))
        })
    }

    /// Each grant.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter()
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<T: IntoIterator<Item = Grant>>(grants: T) -> Self {
        Self(grants.into_iter().collect())
    }
}

impl Reach<'_> {
    /// Whether the permission goes as far as this organization.
    #[must_use]
    pub fn covers(&self, organization: &OrganizationId) -> bool {
        match self {
            Self::Nothing => false,
            Self::Organizations(organizations) => organizations.contains(&organization),
            Self::Instance => true,
        }
    }
}
