use sqlx::SqliteConnection;
use unlockd_application::ports::StoreError;
use unlockd_domain::{LoginIdentity, LoginName, UserId};

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
    let key = name.key().as_str();
    let id = sqlx::query_scalar!("SELECT user_id FROM usernames WHERE login_key = ?", key)
        .fetch_optional(connection)
        .await
        .map_err(store_error)?;
    id.map(UserId::new).transpose().map_err(corrupt)
}
