use sqlx::SqliteConnection;
use unlockd_application::ports::{BoxError, StoreError};
use unlockd_domain::{
    OrganizationId, PasswordHash, PasswordReset, StoredPassword, Timestamp, User, UserData, UserId, UserProfile,
    Username, UsernameId, UsernameKey, UsernameScope,
};

use crate::error::{corrupt, store_error};

/// The profile of a user who exists.
pub(super) async fn select_profile(connection: &mut SqliteConnection, id: &UserId) -> Result<UserProfile, StoreError> {
    let row = sqlx::query_as!(
        ProfileRow,
        r#"
        SELECT id, password_hash, password_changed_at, password_change_required AS "password_change_required: bool",
               password_reset_hash, password_reset_expires_at, password_reset_failures, data
        FROM users WHERE id = ?
        "#,
        id.as_str(),
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(store_error)?;
    let usernames = sqlx::query_as!(
        UsernameRow,
        "SELECT user_id, id, name, key, organization_id FROM usernames WHERE user_id = ? ORDER BY position",
        id.as_str(),
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    profile(row, usernames).map_err(corrupt)
}

/// The profiles of the users whose ids are in the JSON array, each of them once, in its order.
pub(crate) async fn select_profiles(
    connection: &mut SqliteConnection,
    ids: &str,
) -> Result<Vec<UserProfile>, StoreError> {
    let rows = sqlx::query_as!(
        ProfileRow,
        r#"
        SELECT users.id AS "id!", password_hash, password_changed_at,
               password_change_required AS "password_change_required: bool",
               password_reset_hash, password_reset_expires_at, password_reset_failures, data
        FROM json_each(?) AS listed JOIN users ON users.id = listed.value ORDER BY listed.key
        "#,
        ids,
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(store_error)?;
    let usernames = sqlx::query_as!(
        UsernameRow,
        r#"
        SELECT user_id AS "user_id!", usernames.id AS "id!", name AS "name!", usernames.key AS "key!", organization_id
        FROM json_each(?) AS listed JOIN usernames ON usernames.user_id = listed.value ORDER BY listed.key, position
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    let mut usernames = usernames.into_iter().peekable();
    rows.into_iter()
        .map(|row| {
            let mut theirs = Vec::new();
            while let Some(username) = usernames.next_if(|username| username.user_id == row.id) {
                theirs.push(username);
            }
            profile(row, theirs).map_err(corrupt)
        })
        .collect()
}

/// Writes one of a user's names, behind those that are there; answers whether it was free.
pub(super) async fn insert_username(
    connection: &mut SqliteConnection,
    user: &User,
    username: &Username,
) -> Result<bool, StoreError> {
    let login_key = username.login_key(user.organization());
    // Only the index of login keys may refuse quietly: a repeated id is a fault of the program.
    let result = sqlx::query!(
        "INSERT INTO usernames (id, user_id, name, key, login_key, organization_id, position)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(position) + 1, 0) FROM usernames WHERE user_id = ?2))
         ON CONFLICT (login_key) DO NOTHING",
        username.id().as_str(),
        user.id().as_str(),
        username.name(),
        username.key().as_str(),
        login_key.as_str(),
        username
            .scope_organization(user.organization())
            .map(OrganizationId::as_str),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

struct ProfileRow {
    id: String,
    password_hash: Option<String>,
    password_changed_at: Option<i64>,
    password_change_required: Option<bool>,
    password_reset_hash: Option<String>,
    password_reset_expires_at: Option<i64>,
    password_reset_failures: Option<i64>,
    data: Option<String>,
}

struct UsernameRow {
    user_id: String,
    id: String,
    name: String,
    key: String,
    organization_id: Option<String>,
}

fn profile(row: ProfileRow, usernames: Vec<UsernameRow>) -> Result<UserProfile, BoxError> {
    Ok(UserProfile {
        password: row.password()?,
        password_reset: row.password_reset()?,
        usernames: usernames
            .into_iter()
            .map(Username::try_from)
            .collect::<Result<_, _>>()?,
        data: row.data.map(UserData::trusted),
    })
}

impl ProfileRow {
    fn password(&self) -> Result<Option<StoredPassword>, BoxError> {
        match (
            &self.password_hash,
            self.password_changed_at,
            self.password_change_required,
        ) {
            (None, None, None) => Ok(None),
            (Some(hash), Some(changed_at), Some(change_required)) => Ok(Some(StoredPassword {
                hash: PasswordHash::trusted(hash.clone()),
                changed_at: Timestamp::from_unix_microseconds(changed_at)?,
                change_required,
            })),
            _ => Err("a password is stored in part".into()),
        }
    }

    fn password_reset(&self) -> Result<Option<PasswordReset>, BoxError> {
        match (
            &self.password_reset_hash,
            self.password_reset_expires_at,
            self.password_reset_failures,
        ) {
            (None, None, None) => Ok(None),
            (Some(hash), Some(expires_at), Some(failures)) => Ok(Some(PasswordReset {
                code_hash: PasswordHash::trusted(hash.clone()),
                expires_at: Timestamp::from_unix_microseconds(expires_at)?,
                failed_attempts: failures.try_into()?,
            })),
            _ => Err("a code is stored in part".into()),
        }
    }
}

impl TryFrom<UsernameRow> for Username {
    type Error = BoxError;

    fn try_from(row: UsernameRow) -> Result<Self, BoxError> {
        let scope = match row.organization_id {
            None => UsernameScope::Instance,
            Some(_) => UsernameScope::Organization,
        };
        let key = UsernameKey::trusted(row.key);
        Ok(Self::restore(UsernameId::new(row.id)?, row.name, key, scope))
    }
}
