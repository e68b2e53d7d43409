use unlockd_domain::{Grants, Permission, Reach, User, UserId};

use super::Users;
use crate::authentication::Caller;
use crate::error::Error;

impl Caller {
    /// Reach of the caller's permission, checked before anything is read. Refuses a restricted caller.
    pub(crate) fn require(&self, permission: Permission) -> Result<Reach<'_>, Error> {
        self.require_unrestricted()?;
        match self.grants().reach(permission) {
            Reach::Nothing => Err(Error::PermissionDenied),
            reach @ (Reach::Organizations(_) | Reach::Instance) => Ok(reach),
        }
    }

    /// Refuses to act on a user who has permissions that the caller lacks. Callers may act on themselves.
    pub(crate) fn require_power_over(&self, id: &UserId, grants: &Grants) -> Result<(), Error> {
        if self.user_id() == id || self.grants().covers(grants) {
            Ok(())
        } else {
            Err(Error::TargetHasMorePermissions(id.clone()))
        }
    }
}

/// The user, if the caller may know that there is one: outside of the caller's reach a user of another organization and
/// one that does not exist look the same. A deleted user does not exist.
pub(crate) fn within_reach(found: Option<User>, id: &UserId, reach: &Reach<'_>) -> Result<User, Error> {
    match found {
        Some(user) if !reach.covers(user.organization()) => Err(Error::PermissionDenied),
        Some(user) if !user.is_deleted() => Ok(user),
        Some(_) | None if *reach == Reach::Instance => Err(Error::UserNotFound(id.clone())),
        Some(_) | None => Err(Error::PermissionDenied),
    }
}

impl Users {
    /// The user, if the caller reaches them and may act on them.
    pub(super) async fn find_actionable(&self, caller: &Caller, id: &UserId, reach: &Reach<'_>) -> Result<User, Error> {
        let (user, grants) = self.store.find_with_grants(id).await?.unzip();
        let user = within_reach(user, id, reach)?;
        caller.require_power_over(id, &grants.unwrap_or_default())?;
        Ok(user)
    }
}
