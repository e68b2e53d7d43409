use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{ActivityEvent, Organization, OrganizationId};

use super::StoreError;

/// Organizations.
#[async_trait]
pub trait OrganizationStore: Send + Sync {
    /// Writes a new organization, and with it the event. MUST write nothing when the id is taken.
    async fn create(
        &self,
        organization: &Organization,
        event: Option<&ActivityEvent>,
    ) -> Result<(), CreateOrganizationError>;

    /// The organization. MUST be `None` for an id that was never created.
    async fn find(&self, id: &OrganizationId) -> Result<Option<Organization>, StoreError>;

    /// All organizations, by the time they were made, then by id.
    async fn list(&self) -> Result<Vec<Organization>, StoreError>;
}

/// Why an organization was not created.
#[derive(Debug, Error)]
pub enum CreateOrganizationError {
    /// The id is taken.
    #[error("the organization id is taken")]
    IdTaken,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
