use async_trait::async_trait;
use sqlx::SqliteConnection;
use tracing::instrument;
use unlockd_application::ports::{AddGrantError, BoxError, GrantStore, RemoveGrantError, StoreError};
use unlockd_domain::{Grant, GrantScope, Grants, OrganizationId, Timestamp, UserId};

use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::instance_owners::was_last_active_owner;
use crate::organization_store::organization_exists;
use crate::user_store::user_exists;

#[async_trait]
impl GrantStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.grant_store.add", skip_all, fields(user.id = %user_id))]
    async fn add(&self, user_id: &UserId, grant: &Grant) -> Result<(), AddGrantError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !user_exists(&mut transaction, user_id).await? {
                return Err(AddGrantError::UserNotFound);
            }
            if let Some(id) = grant.organization()
                && !organization_exists(&mut transaction, id).await?
            {
                return Err(AddGrantError::OrganizationNotFound);
            }
            insert_grant(&mut transaction, user_id, grant).await?;
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.grant_store.remove", skip_all, fields(user.id = %user_id))]
    async fn remove(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), RemoveGrantError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            if !delete_grant(&mut transaction, user_id, grant).await? {
                return Err(RemoveGrantError::NotGranted);
            }
            if *grant == Grant::instance_owner() {
                set_instance_owner(&mut transaction, user_id, false).await?;
                if was_last_active_owner(&mut transaction, user_id, now).await? {
                    return Err(RemoveGrantError::LastInstanceOwner);
                }
            }
            Ok(transaction.commit().await.map_err(store_error)?)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.grant_store.list", skip_all)]
    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<(UserId, Grant)>, StoreError> {
        let query = sqlx::query_as!(
            GrantRow,
            "SELECT user_id, role, organization_id FROM grants WHERE ?1 IS NULL OR user_id = ?1",
            user_id.map(UserId::as_str),
        );
        let rows = self
            .in_time(async { query.fetch_all(self.readers()).await.map_err(store_error) })
            .await?;
        let mut grants: Vec<(UserId, Grant)> = rows
            .into_iter()
            .map(TryFrom::try_from)
            .collect::<Result<_, _>>()
            .map_err(corrupt)?;
        // Roles have an order that their names do not have.
        grants.sort_unstable();
        Ok(grants)
    }
}

/// What the user is granted.
pub(crate) async fn select_grants(connection: &mut SqliteConnection, user_id: &UserId) -> Result<Grants, StoreError> {
    let rows = sqlx::query_as!(
        GrantRow,
        "SELECT user_id, role, organization_id FROM grants WHERE user_id = ?",
        user_id.as_str(),
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    rows.into_iter()
        .map(|row| <(UserId, Grant)>::try_from(row).map(|(_, grant)| grant))
        .collect::<Result<_, _>>()
        .map_err(corrupt)
}

/// Writes a grant; one that is there already stays as it is.
pub(crate) async fn insert_grant(
    connection: &mut SqliteConnection,
    user_id: &UserId,
    grant: &Grant,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO grants (user_id, role, organization_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        user_id.as_str(),
        grant.role().as_str(),
        grant.organization().map(OrganizationId::as_str),
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    if *grant == Grant::instance_owner() {
        set_instance_owner(connection, user_id, true).await?;
    }
    Ok(())
}

/// Answers whether there was such a grant.
async fn delete_grant(connection: &mut SqliteConnection, user_id: &UserId, grant: &Grant) -> Result<bool, StoreError> {
    let result = sqlx::query!(
        "DELETE FROM grants WHERE user_id = ? AND role = ? AND organization_id IS ?",
        user_id.as_str(),
        grant.role().as_str(),
        grant.organization().map(OrganizationId::as_str),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

async fn set_instance_owner(
    connection: &mut SqliteConnection,
    user_id: &UserId,
    is_owner: bool,
) -> Result<(), StoreError> {
    let result = sqlx::query!(
        "UPDATE users SET instance_owner = ? WHERE id = ?",
        is_owner,
        user_id.as_str(),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    if result.rows_affected() == 1 {
        Ok(())
    } else {
        Err(corrupt("a grant is of a user who does not exist"))
    }
}

struct GrantRow {
    user_id: String,
    role: String,
    organization_id: Option<String>,
}

impl TryFrom<GrantRow> for (UserId, Grant) {
    type Error = BoxError;

    fn try_from(row: GrantRow) -> Result<Self, BoxError> {
        let scope = match row.organization_id {
            None => GrantScope::Instance,
            Some(id) => GrantScope::Organization(OrganizationId::new(id)?),
        };
        let grant = Grant::new(row.role.parse()?, scope).ok_or("a role is granted where it does not hold")?;
        Ok((UserId::new(row.user_id)?, grant))
    }
}
