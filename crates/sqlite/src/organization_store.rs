use async_trait::async_trait;
use sqlx::SqliteConnection;
use tracing::instrument;
use unlockd_application::ports::{BoxError, CreateOrganizationError, OrganizationStore, StoreError};
use unlockd_domain::{ActivityEvent, Organization, OrganizationId, OrganizationName, Timestamp};

use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::event_store::append;

#[async_trait]
impl OrganizationStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.organization_store.create", skip_all, fields(organization.id = %organization.id))]
    async fn create(
        &self,
        organization: &Organization,
        event: Option<&ActivityEvent>,
    ) -> Result<(), CreateOrganizationError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !insert_organization(&mut transaction, organization).await? {
                return Err(CreateOrganizationError::IdTaken);
            }
            append(&mut transaction, event).await?;
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.organization_store.find", skip_all, fields(organization.id = %id))]
    async fn find(&self, id: &OrganizationId) -> Result<Option<Organization>, StoreError> {
        let query = sqlx::query_as!(
            OrganizationRow,
            "SELECT id, name, created_at FROM organizations WHERE id = ?",
            id.as_str(),
        );
        let row = self
            .in_time(async { query.fetch_optional(self.readers()).await.map_err(store_error) })
            .await?;
        row.map(Organization::try_from).transpose().map_err(corrupt)
    }

    #[instrument(level = "debug", name = "sqlite.organization_store.list", skip_all)]
    async fn list(&self) -> Result<Vec<Organization>, StoreError> {
        let query = sqlx::query_as!(
            OrganizationRow,
            "SELECT id, name, created_at FROM organizations ORDER BY created_at, id",
        );
        let rows = self
            .in_time(async { query.fetch_all(self.readers()).await.map_err(store_error) })
            .await?;
        rows.into_iter()
            .map(Organization::try_from)
            .collect::<Result<_, _>>()
            .map_err(corrupt)
    }
}

/// Answers whether the id was free.
pub(crate) async fn insert_organization(
    connection: &mut SqliteConnection,
    organization: &Organization,
) -> Result<bool, StoreError> {
    let result = sqlx::query!(
        "INSERT INTO organizations (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        organization.id.as_str(),
        organization.name.as_str(),
        organization.created_at.unix_microseconds(),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

/// Whether there is such an organization.
pub(crate) async fn organization_exists(
    connection: &mut SqliteConnection,
    id: &OrganizationId,
) -> Result<bool, StoreError> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM organizations WHERE id = ?) AS "exists!: bool""#,
        id.as_str(),
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)
}

struct OrganizationRow {
    id: String,
    name: String,
    created_at: i64,
}

impl TryFrom<OrganizationRow> for Organization {
    type Error = BoxError;

    fn try_from(row: OrganizationRow) -> Result<Self, BoxError> {
        Ok(Self {
            id: OrganizationId::new(row.id)?,
            name: OrganizationName::new(row.name)?,
            created_at: Timestamp::from_unix_microseconds(row.created_at)?,
        })
    }
}
