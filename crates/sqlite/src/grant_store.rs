use async_trait::async_trait;
use sqlx::SqliteConnection;
use tracing::instrument;
use unlockd_application::ports::{AddGrantError, BoxError, GrantStore, RemoveGrantError, StoreError};
use unlockd_domain::{
    Actor, Grant, GrantScope, Grants, OrganizationId, Timestamp, User, UserChange, UserDeleted, UserId,
};

use crate::SqliteStore;
use crate::error::{corrupt, store_error};
use crate::instance_owners::was_last_active_owner;
use crate::organization_store::organization_exists;
use crate::user_store::{select_user, user_exists, write_change};

#[async_trait]
impl GrantStore for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.grant_store.add", skip_all, fields(user.id = %user_id))]
    async fn add(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), AddGrantError> {
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
            insert_grant(&mut transaction, user_id, grant, now).await?;
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
            record(&mut transaction, user_id, |user| {
                user.remove_role(grant.clone(), Actor::System, now)
            })
            .await?;
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

/// Writes a grant and its event; one that is there already stays as it is.
pub(crate) async fn insert_grant(
    connection: &mut SqliteConnection,
    user_id: &UserId,
    grant: &Grant,
    now: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query!(
        "INSERT INTO grants (user_id, role, organization_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        user_id.as_str(),
        grant.role().as_str(),
        grant.organization().map(OrganizationId::as_str),
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    if result.rows_affected() == 0 {
        return Ok(());
    }
    if *grant == Grant::instance_owner() {
        set_instance_owner(connection, user_id, true).await?;
    }
    record(connection, user_id, |user| {
        user.grant_role(grant.clone(), Actor::System, now)
    })
    .await
}

/// Writes the event of a grant. The caller has begun a transaction that writes.
async fn record(
    connection: &mut SqliteConnection,
    user_id: &UserId,
    decide: impl FnOnce(&User) -> Result<UserChange, UserDeleted> + Send,
) -> Result<(), StoreError> {
    let user = select_user(&mut *connection, user_id).await?;
    let user = user.ok_or_else(|| corrupt("a grant is of a user who does not exist"))?;
    let change = decide(&user).map_err(corrupt)?;
    write_change(connection, &change, None).await.map_err(corrupt)
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

/// A stored grant.
pub(crate) fn grant_of(role: &str, organization_id: Option<String>) -> Result<Grant, BoxError> {
    let scope = match organization_id {
        None => GrantScope::Instance,
        Some(id) => GrantScope::Organization(OrganizationId::new(id)?),
    };
    Ok(Grant::new(role.parse()?, scope).ok_or("a role is granted where it does not hold")?)
}

/// Grants as `json_group_array` of roles and organizations, in the order of roles, which no column has.
pub(crate) fn parse_grants(json: &str) -> Result<Grants, BoxError> {
    let rows: Vec<(String, Option<String>)> = serde_json::from_str(json)?;
    let grants = rows.into_iter().map(|(role, id)| grant_of(&role, id));
    let mut grants = grants.collect::<Result<Vec<_>, _>>()?;
    grants.sort_unstable();
    Ok(grants.into_iter().collect())
}

struct GrantRow {
    user_id: String,
    role: String,
    organization_id: Option<String>,
}

impl TryFrom<GrantRow> for (UserId, Grant) {
    type Error = BoxError;

    fn try_from(row: GrantRow) -> Result<Self, BoxError> {
        Ok((UserId::new(row.user_id)?, grant_of(&row.role, row.organization_id)?))
    }
}
