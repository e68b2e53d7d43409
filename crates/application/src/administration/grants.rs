use unlockd_domain::{Grant, OrganizationId, UserId};

use super::Administration;
use crate::error::Error;
use crate::ports::{AddGrantError, RemoveGrantError};

impl Administration {
    /// Grants a role; granting it again changes nothing.
    ///
    /// # Errors
    /// [`Error::UserNotFound`], [`Error::OrganizationNotFound`], and the errors of a store.
    pub async fn add_grant(&self, user_id: &UserId, grant: &Grant) -> Result<(), Error> {
        self.grants
            .add(user_id, grant, self.clock.now())
            .await
            .map_err(|error| match (error, grant.organization()) {
                (AddGrantError::UserNotFound, _) => Error::UserNotFound(user_id.clone()),
                (AddGrantError::OrganizationNotFound, Some(id)) => {
                    Error::OrganizationNotFound(OrganizationId::clone(id))
                }
                (AddGrantError::OrganizationNotFound, None) => Error::internal("the instance needs no organization"),
                (AddGrantError::Store(error), _) => error.into(),
            })
    }

    /// Takes a role away.
    ///
    /// # Errors
    /// [`Error::GrantNotFound`], [`Error::LastInstanceOwner`], and the errors of a store.
    pub async fn remove_grant(&self, user_id: &UserId, grant: &Grant) -> Result<(), Error> {
        let removed = self.grants.remove(user_id, grant, self.clock.now()).await;
        removed.map_err(|error| match error {
            RemoveGrantError::NotGranted => Error::GrantNotFound,
            RemoveGrantError::LastInstanceOwner => Error::LastInstanceOwner,
            RemoveGrantError::Store(error) => error.into(),
        })
    }

    /// The grants of one user, or of all.
    ///
    /// # Errors
    /// The errors of a store.
    pub async fn list_grants(&self, user_id: Option<&UserId>) -> Result<Vec<(UserId, Grant)>, Error> {
        Ok(self.grants.list(user_id).await?)
    }
}
