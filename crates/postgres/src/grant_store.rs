use async_trait::async_trait;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tracing::instrument;
use unlockd_application::ports::{AddGrantError, GrantStore, RemoveGrantError, StoreError};
use unlockd_domain::{
    Actor, Grant, GrantScope, Grants, OrganizationId, Timestamp, User, UserChange, UserDeleted, UserId,
};

use crate::error::{broken_constraint, corrupt};
use crate::instance_owners::{BEGIN, InstanceOwners};
use crate::store::PostgresStore;
use crate::user_commit::Commit;
use crate::user_row::UserRow;
use crate::user_writing::{self, Owners};

#[async_trait]
impl GrantStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.grant_store.add", skip_all, fields(user.id = %user_id))]
    async fn add(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), AddGrantError> {
        self.write(|attempt| {
            Box::pin(async move {
                let mut transaction = attempt.connection.begin_with(BEGIN).await?;
                match add(&mut transaction, user_id, grant, now).await {
                    Ok(true) => {
                        transaction.commit().await?;
                        Ok(Ok(()))
                    }
                    Ok(false) => {
                        transaction.rollback().await?;
                        Ok(Err(AddGrantError::UserNotFound))
                    }
                    Err(error) if broken_constraint(&error) == Some("grants_organization_id_fkey") => {
                        transaction.rollback().await?;
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
        self.write(|attempt| {
            Box::pin(async move {
                let mut transaction = attempt.connection.begin_with(BEGIN).await?;
                let outcome = remove(&mut transaction, user_id, grant, now).await?;
                match outcome {
                    Ok(()) => transaction.commit().await?,
                    Err(_) => transaction.rollback().await?,
                }
                Ok(outcome)
            })
        })
        .await?
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
pub(crate) fn grant_of(role: &str, organization_id: Option<String>) -> Result<Grant, sqlx::Error> {
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

/// Writes a grant and its event, unless it is granted already; answers whether there is a user to grant it to. Locks the
/// user's row first, as everything does that asks whether the user is an instance owner before it writes.
pub(crate) async fn add(
    connection: &mut PgConnection,
    user_id: &UserId,
    grant: &Grant,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let Some(user) = lock(connection, user_id).await?.filter(|user| !user.is_deleted()) else {
        return Ok(false);
    };
    let added = sqlx::query!(
        "INSERT INTO grants (user_id, role, organization_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        user_id.as_str(),
        grant.role().as_str(),
        grant.organization().map(OrganizationId::as_str),
    )
    .execute(&mut *connection)
    .await?;
    if added.rows_affected() > 0 {
        set_instance_owner(connection, user_id, grant, true).await?;
        record(connection, &user, user.grant_role(grant.clone(), Actor::System, now)).await?;
    }
    Ok(true)
}

async fn remove(
    connection: &mut PgConnection,
    user_id: &UserId,
    grant: &Grant,
    now: Timestamp,
) -> Result<Result<(), RemoveGrantError>, sqlx::Error> {
    let owners = if *grant == Grant::instance_owner() {
        Some(InstanceOwners::lock(connection, user_id, now).await?)
    } else {
        None
    };
    let Some(user) = lock(connection, user_id).await? else {
        return Ok(Err(RemoveGrantError::NotGranted));
    };
    let removed = sqlx::query!(
        "DELETE FROM grants WHERE user_id = $1 AND role = $2 AND organization_id IS NOT DISTINCT FROM $3",
        user_id.as_str(),
        grant.role().as_str(),
        grant.organization().map(OrganizationId::as_str),
    )
    .execute(&mut *connection)
    .await?;
    if removed.rows_affected() == 0 {
        return Ok(Err(RemoveGrantError::NotGranted));
    }
    if owners.is_some_and(|owners| owners.have_active(user_id) && !owners.remain_without(user_id)) {
        return Ok(Err(RemoveGrantError::LastInstanceOwner));
    }
    set_instance_owner(connection, user_id, grant, false).await?;
    record(connection, &user, user.remove_role(grant.clone(), Actor::System, now)).await?;
    Ok(Ok(()))
}

/// The user, whose row nobody else can change until the transaction ends.
async fn lock(connection: &mut PgConnection, user_id: &UserId) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as!(
        UserRow,
        "SELECT id, organization_id, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, created_at, changed_at
         FROM users WHERE id = $1 FOR NO KEY UPDATE",
        user_id.as_str(),
    )
    .fetch_optional(connection)
    .await?
    .map(User::try_from)
    .transpose()
}

/// `users.instance_owner` repeats the grant of `IAM_OWNER`; other grants do not change it.
async fn set_instance_owner(
    connection: &mut PgConnection,
    user_id: &UserId,
    grant: &Grant,
    is_owner: bool,
) -> Result<(), sqlx::Error> {
    if *grant == Grant::instance_owner() {
        sqlx::query!(
            "UPDATE users SET instance_owner = $2 WHERE id = $1",
            user_id.as_str(),
            is_owner
        )
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Writes the event of a grant to the user whose row is locked.
async fn record(
    connection: &mut PgConnection,
    user: &User,
    change: Result<UserChange, UserDeleted>,
) -> Result<(), sqlx::Error> {
    let commit = Commit {
        change: &change.map_err(corrupt)?,
        expected: user.sequence(),
        request: None,
    };
    if user_writing::change(connection, commit, Owners::Included).await? {
        Ok(())
    } else {
        Err(corrupt("a user whose row is locked has changed"))
    }
}
