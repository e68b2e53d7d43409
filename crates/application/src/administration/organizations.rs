use unlockd_domain::{ActivityKind, Organization, OrganizationId, OrganizationName};

use super::{Administration, activity};
use crate::error::Error;
use crate::ports::CreateOrganizationError;

impl Administration {
    /// Makes an organization; its id is made too, if there is none.
    ///
    /// # Errors
    /// [`Error::OrganizationIdTaken`], and the errors of a store.
    pub async fn create_organization(
        &self,
        id: Option<OrganizationId>,
        name: OrganizationName,
    ) -> Result<Organization, Error> {
        let id = match id {
            Some(id) => id,
            None => OrganizationId::new(self.ids.generate()).map_err(Error::internal)?,
        };
        let organization = Organization {
            id,
            name,
            created_at: self.clock.now(),
        };
        let event = activity(
            ActivityKind::OrganizationCreated,
            None,
            &organization.id,
            organization.created_at,
        );
        match self.organizations.create(&organization, Some(&event)).await {
            Ok(()) => Ok(organization),
            Err(CreateOrganizationError::IdTaken) => Err(Error::OrganizationIdTaken),
            Err(CreateOrganizationError::Store(error)) => Err(error.into()),
        }
    }

    /// All organizations, the oldest first.
    ///
    /// # Errors
    /// The errors of a store.
    pub async fn list_organizations(&self) -> Result<Vec<Organization>, Error> {
        Ok(self.organizations.list().await?)
    }
}
