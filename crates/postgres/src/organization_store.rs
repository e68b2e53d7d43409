use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use unlockd_application::ports::{CreateOrganizationError, OrganizationStore, StoreError};
use unlockd_domain::{ActivityEvent, Organization, OrganizationId, OrganizationName};

use crate::error::corrupt;
use crate::event_store::Recording;
use crate::store::PostgresStore;
use crate::user_row::timestamp;

#[async_trait]
impl OrganizationStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.organization_store.create", skip_all, fields(organization.id = %organization.id))]
    async fn create(
        &self,
        organization: &Organization,
        event: Option<&ActivityEvent>,
    ) -> Result<(), CreateOrganizationError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut recording = Recording::begin(attempt.connection, event).await?;
                let is_created = create(recording.connection(), organization).await?;
                let outcome = if is_created {
                    Ok(())
                } else {
                    Err(CreateOrganizationError::IdTaken)
                };
                recording.finish(outcome).await
            })
        })
        .await?
    }

    #[instrument(level = "debug", name = "postgres.organization_store.find", skip_all, fields(organization.id = %id))]
    async fn find(&self, id: &OrganizationId) -> Result<Option<Organization>, StoreError> {
        self.read(|attempt| {
            Box::pin(async move {
                sqlx::query_as!(
                    OrganizationRow,
                    "SELECT id, name, created_at FROM organizations WHERE id = $1",
                    id.as_str(),
                )
                .fetch_optional(attempt.connection)
                .await?
                .map(Organization::try_from)
                .transpose()
            })
        })
        .await
    }

    #[instrument(level = "debug", name = "postgres.organization_store.list", skip_all)]
    async fn list(&self) -> Result<Vec<Organization>, StoreError> {
        self.read(|attempt| {
            Box::pin(async move {
                sqlx::query_as!(
                    OrganizationRow,
                    "SELECT id, name, created_at FROM organizations ORDER BY created_at, id",
                )
                .fetch_all(attempt.connection)
                .await?
                .into_iter()
                .map(Organization::try_from)
                .collect()
            })
        })
        .await
    }
}

struct OrganizationRow {
    id: String,
    name: String,
    created_at: OffsetDateTime,
}

impl TryFrom<OrganizationRow> for Organization {
    type Error = sqlx::Error;

    fn try_from(row: OrganizationRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: OrganizationId::new(row.id).map_err(corrupt)?,
            name: OrganizationName::new(row.name).map_err(corrupt)?,
            created_at: timestamp(row.created_at)?,
        })
    }
}

/// Answers whether the id was free.
pub(crate) async fn create(connection: &mut PgConnection, organization: &Organization) -> Result<bool, sqlx::Error> {
    let created = sqlx::query!(
        "INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        organization.id.as_str(),
        organization.name.as_str(),
        organization.created_at.date_time(),
    )
    .execute(connection)
    .await?;
    Ok(created.rows_affected() > 0)
}
