use sqlx::SqliteConnection;
use unlockd_application::ports::StoreError;
use unlockd_domain::{LoginIdentity, LoginName, OrganizationId, UserId, UsernameKey};

use crate::error::{corrupt, store_error};

/// The id of who is meant; whether there is such a user is known for names only.
pub(super) async fn resolve_identity(
    connection: &mut SqliteConnection,
    identity: &LoginIdentity,
) -> Result<Option<UserId>, StoreError> {
    match identity {
        LoginIdentity::UserId(id) => Ok(Some(id.clone())),
        LoginIdentity::LoginName(name) => select_id_by_name(connection, name).await,
    }
}

async fn select_id_by_name(connection: &mut SqliteConnection, name: &LoginName) -> Result<Option<UserId>, StoreError> {
    let specific = match name.organization_specific() {
        Some((key, organization)) => select_id_by_specific_name(connection, key, organization).await?,
        None => None,
    };
    let id = match specific {
        Some(id) => Some(id),
        None => sqlx::query_scalar!(
            "SELECT user_id FROM usernames WHERE organization_id IS NULL AND key = ?",
            name.key().as_str(),
        )
        .fetch_optional(connection)
        .await
        .map_err(store_error)?,
    };
    id.map(UserId::new).transpose().map_err(corrupt)
}

async fn select_id_by_specific_name(
    connection: &mut SqliteConnection,
    key: &UsernameKey,
    organization: &OrganizationId,
) -> Result<Option<String>, StoreError> {
    sqlx::query_scalar!(
        "SELECT user_id FROM usernames WHERE organization_id = ? AND key = ?",
        organization.as_str(),
        key.as_str(),
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)
}
