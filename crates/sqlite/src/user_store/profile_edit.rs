use sqlx::SqliteConnection;
use unlockd_application::ports::{CommitError, StoreError};
use unlockd_domain::{
    PasswordHash, PasswordReset, ProfileEdit, SessionId, StoredPassword, User, UserData, UserId, UsernameId,
};

use super::profile_row::insert_username;
use crate::error::{corrupt, store_error};

/// Edits the profile of a user who exists.
pub(super) async fn edit_profile(
    connection: &mut SqliteConnection,
    user: &User,
    edit: &ProfileEdit,
) -> Result<(), CommitError> {
    match edit {
        ProfileEdit::ReplaceData(data) => update_data(connection, user.id(), data).await?,
        ProfileEdit::AddUsername(username) => {
            if !insert_username(connection, user, username).await? {
                return Err(CommitError::UsernameTaken {
                    username: username.name().to_owned(),
                });
            }
        }
        ProfileEdit::RemoveUsername(id) => delete_username(connection, user.id(), id).await?,
        ProfileEdit::ReplacePassword { password, kept_session } => {
            update_password(connection, user.id(), password).await?;
            end_sessions(connection, user.id(), password, kept_session.as_ref()).await?;
        }
        ProfileEdit::Rehash(hash) => update_hash(connection, user.id(), hash).await?,
        ProfileEdit::SetPasswordReset(reset) => update_password_reset(connection, user.id(), reset.as_ref()).await?,
        ProfileEdit::Erase => erase(connection, user.id()).await?,
    }
    Ok(())
}

async fn update_data(connection: &mut SqliteConnection, id: &UserId, data: &UserData) -> Result<(), StoreError> {
    sqlx::query!("UPDATE users SET data = ? WHERE id = ?", data.as_json(), id.as_str())
        .execute(connection)
        .await
        .map(drop)
        .map_err(store_error)
}

/// Who has no password gets none.
async fn update_hash(connection: &mut SqliteConnection, id: &UserId, hash: &PasswordHash) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash IS NOT NULL",
        hash.expose(),
        id.as_str(),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(store_error)
}

async fn update_password_reset(
    connection: &mut SqliteConnection,
    id: &UserId,
    reset: Option<&PasswordReset>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE users SET password_reset_hash = ?, password_reset_expires_at = ?, password_reset_failures = ? WHERE id = ?",
        reset.map(|reset| reset.code_hash.expose()),
        reset.map(|reset| reset.expires_at.unix_microseconds()),
        reset.map(|reset| reset.failed_attempts),
        id.as_str(),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(store_error)
}

async fn update_password(
    connection: &mut SqliteConnection,
    id: &UserId,
    password: &StoredPassword,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE users
         SET password_hash = ?, password_changed_at = ?, password_change_required = ?,
             password_reset_hash = NULL, password_reset_expires_at = NULL, password_reset_failures = NULL
         WHERE id = ?",
        password.hash.expose(),
        password.changed_at.unix_microseconds(),
        password.change_required,
        id.as_str(),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(store_error)
}

/// Ends the sessions of the old password; the kept one goes on with the new one.
async fn end_sessions(
    connection: &mut SqliteConnection,
    id: &UserId,
    password: &StoredPassword,
    kept_session: Option<&SessionId>,
) -> Result<(), StoreError> {
    let kept = kept_session.map(SessionId::as_str);
    let statements = [
        sqlx::query!(
            "DELETE FROM sessions WHERE user_id = ? AND id IS NOT ?",
            id.as_str(),
            kept
        ),
        sqlx::query!(
            "UPDATE sessions SET password_checked_at = ?1, changed_at = max(changed_at, ?1), sequence = sequence + 1,
                                 last_request = NULL
             WHERE id = ?2 AND user_id = ?3",
            password.changed_at.unix_microseconds(),
            kept,
            id.as_str(),
        ),
    ];
    for statement in statements {
        statement.execute(&mut *connection).await.map_err(store_error)?;
    }
    Ok(())
}

async fn delete_username(
    connection: &mut SqliteConnection,
    user_id: &UserId,
    id: &UsernameId,
) -> Result<(), StoreError> {
    let result = sqlx::query!(
        "DELETE FROM usernames WHERE user_id = ? AND id = ?",
        user_id.as_str(),
        id.as_str(),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    // It was decided on a profile that had the name, and the user has not changed since.
    if result.rows_affected() == 1 {
        Ok(())
    } else {
        Err(corrupt("a user has lost a username without an event"))
    }
}

/// Takes away all that is personal, and all that the user could do.
async fn erase(connection: &mut SqliteConnection, id: &UserId) -> Result<(), StoreError> {
    let id = id.as_str();
    let statements = [
        sqlx::query!(
            "UPDATE users
             SET password_hash = NULL, password_changed_at = NULL, password_change_required = NULL,
                 password_reset_hash = NULL, password_reset_expires_at = NULL, password_reset_failures = NULL,
                 data = NULL, instance_owner = 0
             WHERE id = ?",
            id,
        ),
        sqlx::query!("DELETE FROM usernames WHERE user_id = ?", id),
        sqlx::query!("DELETE FROM access_tokens WHERE user_id = ?", id),
        sqlx::query!("DELETE FROM sessions WHERE user_id = ?1 OR identity_user_id = ?1", id),
        sqlx::query!("DELETE FROM grants WHERE user_id = ?", id),
        sqlx::query!(
            "UPDATE user_events SET reason = NULL, source = NULL, token_name = NULL, request_digest = NULL WHERE user_id = ?",
            id,
        ),
    ];
    for statement in statements {
        statement.execute(&mut *connection).await.map_err(store_error)?;
    }
    Ok(())
}
