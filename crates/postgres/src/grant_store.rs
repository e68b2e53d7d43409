use async_trait::async_trait;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tracing::instrument;
use unlockd_application::ports::{AddGrantError, GrantStore, RemoveGrantError, StoreError};
use unlockd_domain::{Grant, GrantScope, Grants, OrganizationId, Timestamp, UserId};

use crate::error::{broken_constraint, corrupt};
use crate::instance_owners::{BEGIN, InstanceOwners};
use crate::store::PostgresStore;

#[async_trait]
impl GrantStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.grant_store.add", skip_all, fields(user.id = %user_id))]
    async fn add(&self, user_id: &UserId, grant: &Grant) -> Result<(), AddGrantError> {
        self.write(|attempt| {
            Box::pin(async move {
                match add(attempt.connection, user_id, grant).await {
                    Ok(true) => Ok(Ok(())),
                    Ok(false) => Ok(Err(AddGrantError::UserNotFound)),
                    Err(error) if broken_constraint(&error) == Some("grants_organization_id_fkey") => {
                        Ok(Err(AddGrantError::OrganizationNotFound))
                    }
                    Err(error) => Err(error),
                }
            })
        })
        .await?
    }

    #[instrument(level = "debug", name = "postgres.grant_store.remove", skip_all, fields(user.id = %user_id))]
    async fn remove(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), RemoveGrantError> {
        if *grant == Grant::instance_owner() {
            self.write(|attempt| Box::pin(remove_instance_owner(attempt.connection, user_id, now)))
                .await?
        } else {
            let removed = self
                .write(|attempt| Box::pin(remove(attempt.connection, user_id, grant)))
                .await?;
            if removed {
                Ok(())
            } else {
                Err(RemoveGrantError::NotGranted)
            }
        }
    }

    #[instrument(level = "debug", name = "postgres.grant_store.list", skip_all)]
    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<(UserId, Grant)>, StoreError> {
        let user_id = user_id.map(UserId::as_str);
        self.read(|attempt| {
            Box::pin(async move {
                let rows = sqlx::query!(
                    "SELECT user_id, role, organization_id FROM grants WHERE $1::text IS NULL OR user_id = $1",
                    user_id,
                )
                .fetch_all(attempt.connection)
                .await?;
                let mut grants = rows
                    .into_iter()
                    .map(|row| {
                        let user_id = UserId::new(row.user_id).map_err(corrupt)?;
                        Ok((user_id, grant_of(&row.role, row.organization_id)?))
                    })
                    .collect::<Result<Vec<_>, sqlx::Error>>()?;
                // The order of roles is the domain's, which no column knows.
                grants.sort();
                Ok(grants)
            })
        })
        .await
    }
}

/// A stored grant.
fn grant_of(role: &str, organization_id: Option<String>) -> Result<Grant, sqlx::Error> {
    let scope = match organization_id {
        Some(id) => GrantScope::Organization(OrganizationId::new(id).map_err(corrupt)?),
        None => GrantScope::Instance,
    };
    Grant::new(role.parse().map_err(corrupt)?, scope).ok_or_else(|| corrupt("a role where it cannot hold"))
}

/// The stored grants of one user: roles and organizations, in the same order.
pub(crate) fn grants_of(roles: &[String], organization_ids: Vec<Option<String>>) -> Result<Grants, sqlx::Error> {
    let mut grants = roles
        .iter()
        .zip(organization_ids)
        .map(|(role, organization_id)| grant_of(role, organization_id))
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    // The order of roles is the domain's, which no column knows.
    grants.sort();
    Ok(grants.into_iter().collect())
}

/// Answers whether there is a user to grant it to. Locks the user's row first, as everything does that asks whether the
/// user is an instance owner before it writes.
pub(crate) async fn add(connection: &mut PgConnection, user_id: &UserId, grant: &Grant) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"WITH holder AS (
               UPDATE users SET instance_owner = instance_owner OR $4
               WHERE id = $1 AND state <> 'deleted'
               RETURNING id
           ), granted AS (
               INSERT INTO grants (user_id, role, organization_id)
               SELECT id, $2, $3 FROM holder
               ON CONFLICT DO NOTHING
           )
           SELECT EXISTS (SELECT 1 FROM holder) AS "exists!""#,
        user_id.as_str(),
        grant.role().as_str(),
        grant.organization().map(OrganizationId::as_str),
        *grant == Grant::instance_owner(),
    )
    .fetch_one(connection)
    .await
}

/// Answers whether there was something to remove.
async fn remove(connection: &mut PgConnection, user_id: &UserId, grant: &Grant) -> Result<bool, sqlx::Error> {
    let removed = sqlx::query!(
        "DELETE FROM grants WHERE user_id = $1 AND role = $2 AND organization_id IS NOT DISTINCT FROM $3",
        user_id.as_str(),
        grant.role().as_str(),
        grant.organization().map(OrganizationId::as_str),
    )
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() > 0)
}

async fn remove_instance_owner(
    connection: &mut PgConnection,
    user_id: &UserId,
    now: Timestamp,
) -> Result<Result<(), RemoveGrantError>, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    let owners = InstanceOwners::lock(&mut transaction, user_id, now).await?;
    if !remove(&mut transaction, user_id, &Grant::instance_owner()).await? {
        transaction.rollback().await?;
        return Ok(Err(RemoveGrantError::NotGranted));
    }
    if owners.have_active(user_id) && !owners.remain_without(user_id) {
        transaction.rollback().await?;
        return Ok(Err(RemoveGrantError::LastInstanceOwner));
    }
    sqlx::query!(
        "UPDATE users SET instance_owner = false WHERE id = $1",
        user_id.as_str()
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Ok(()))
}
