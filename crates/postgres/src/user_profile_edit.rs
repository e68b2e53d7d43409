//! What a change does to a profile, in the transaction that has written the user.

use sqlx::Error;
use sqlx::postgres::PgConnection;
use unlockd_application::ports::CommitError;
use unlockd_domain::{
    OrganizationId, PasswordHash, PasswordReset, ProfileEdit, SessionId, StoredPassword, User, UserData, UserId,
    Username, UsernameId,
};

use crate::error::corrupt;

/// Edits the profile of a user whose row the transaction holds. The caller undoes it after a refusal.
pub(crate) async fn write(
    connection: &mut PgConnection,
    user: &User,
    edit: &ProfileEdit,
) -> Result<Result<(), CommitError>, Error> {
    let id = user.id();
    match edit {
        ProfileEdit::ReplaceData(data) => replace_data(connection, id, data).await?,
        ProfileEdit::AddUsername(username) => return add_username(connection, user, username).await,
        ProfileEdit::RemoveUsername(username_id) => remove_username(connection, id, username_id).await?,
        ProfileEdit::ReplacePassword { password, kept_session } => {
            replace_password(connection, id, password, kept_session.as_ref()).await?;
        }
        ProfileEdit::Rehash(hash) => replace_hash(connection, id, hash).await?,
        ProfileEdit::SetPasswordReset(reset) => set_password_reset(connection, id, reset.as_ref()).await?,
        ProfileEdit::Erase => erase(connection, id).await?,
    }
    Ok(Ok(()))
}

async fn replace_data(connection: &mut PgConnection, id: &UserId, data: &UserData) -> Result<(), Error> {
    let replaced = sqlx::query!("UPDATE users SET data = $2 WHERE id = $1", id.as_str(), data.as_json(),)
        .execute(connection)
        .await?;
    expect_one(replaced.rows_affected())
}

/// Sessions that are being written wait for the user's row, and then find the password newer than their proof. Sessions are
/// looked for in a statement after the one that has locked the row, so that it finds those that were written before.
async fn replace_password(
    connection: &mut PgConnection,
    id: &UserId,
    password: &StoredPassword,
    kept_session: Option<&SessionId>,
) -> Result<(), Error> {
    let replaced = sqlx::query!(
        "WITH ended AS (
             DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $5
         ), kept AS (
             UPDATE sessions
             SET password_checked_at = $3, changed_at = greatest(changed_at, $3), sequence = sequence + 1,
                 last_request = NULL
             WHERE id = $5 AND user_id = $1
         )
         UPDATE users
         SET password_hash = $2, password_changed_at = $3, password_change_required = $4,
             password_reset_hash = NULL, password_reset_expires_at = NULL, password_reset_failures = NULL
         WHERE id = $1",
        id.as_str(),
        password.hash.expose(),
        password.changed_at.date_time(),
        password.change_required,
        kept_session.map(SessionId::as_str),
    )
    .execute(connection)
    .await?;
    expect_one(replaced.rows_affected())
}

/// Who has no password has none to hash anew.
async fn replace_hash(connection: &mut PgConnection, id: &UserId, hash: &PasswordHash) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash IS NOT NULL",
        id.as_str(),
        hash.expose(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn set_password_reset(
    connection: &mut PgConnection,
    id: &UserId,
    reset: Option<&PasswordReset>,
) -> Result<(), Error> {
    let set = sqlx::query!(
        "UPDATE users
         SET password_reset_hash = $2, password_reset_expires_at = $3, password_reset_failures = $4
         WHERE id = $1",
        id.as_str(),
        reset.map(|reset| reset.code_hash.expose()),
        reset.map(|reset| reset.expires_at.date_time()),
        reset.map(|reset| i64::from(reset.failed_attempts)),
    )
    .execute(connection)
    .await?;
    expect_one(set.rows_affected())
}

/// Waits for whoever is writing the same name; nothing is waited for with it in hand.
async fn add_username(
    connection: &mut PgConnection,
    user: &User,
    username: &Username,
) -> Result<Result<(), CommitError>, Error> {
    let login_key = username.login_key(user.organization());
    let added = sqlx::query!(
        "INSERT INTO usernames (user_id, id, position, name, key, login_key, organization_id)
         SELECT $1, $2, coalesce(max(position), 0) + 1, $3, $4, $5, $6 FROM usernames WHERE user_id = $1
         ON CONFLICT DO NOTHING",
        user.id().as_str(),
        username.id().as_str(),
        username.name(),
        username.key().as_str(),
        login_key.as_str(),
        username
            .scope_organization(user.organization())
            .map(OrganizationId::as_str),
    )
    .execute(connection)
    .await?;
    Ok(if added.rows_affected() > 0 {
        Ok(())
    } else {
        Err(CommitError::UsernameTaken {
            username: username.name().to_owned(),
        })
    })
}

async fn remove_username(connection: &mut PgConnection, id: &UserId, username_id: &UsernameId) -> Result<(), Error> {
    let removed = sqlx::query!(
        "DELETE FROM usernames WHERE user_id = $1 AND id = $2",
        id.as_str(),
        username_id.as_str(),
    )
    .execute(connection)
    .await?;
    expect_one(removed.rows_affected())
}

/// Tokens, grants and sessions that are being added wait for the user's row, and then find the user deleted.
async fn erase(connection: &mut PgConnection, id: &UserId) -> Result<(), Error> {
    let erased = sqlx::query!(
        "WITH unnamed AS (
             DELETE FROM usernames WHERE user_id = $1
         ), signed_out AS (
             DELETE FROM access_tokens WHERE user_id = $1
         ), ended AS (
             DELETE FROM sessions WHERE user_id = $1 OR identity_user_id = $1
         ), demoted AS (
             DELETE FROM grants WHERE user_id = $1
         ), forgotten AS (
             UPDATE user_events SET reason = NULL, source = NULL, token_name = NULL, request_digest = NULL
             WHERE user_id = $1 AND num_nonnulls(reason, source, token_name, request_digest) > 0
         )
         UPDATE users
         SET password_hash = NULL, password_changed_at = NULL, password_change_required = NULL, data = NULL,
             password_reset_hash = NULL, password_reset_expires_at = NULL, password_reset_failures = NULL,
             instance_owner = false
         WHERE id = $1",
        id.as_str(),
    )
    .execute(connection)
    .await?;
    expect_one(erased.rows_affected())
}

/// The profile is the one that was decided on, as the user's sequence has shown, so what is to be edited is there.
fn expect_one(rows_affected: u64) -> Result<(), Error> {
    if rows_affected == 1 {
        Ok(())
    } else {
        Err(corrupt("a profile without what is to be edited"))
    }
}
