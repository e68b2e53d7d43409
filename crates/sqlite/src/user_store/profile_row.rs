use sqlx::SqliteConnection;
use unlockd_application::ports::{BoxError, StoreError};
use unlockd_domain::{
    OrganizationId, PasswordHash, StoredPassword, Timestamp, User, UserData, UserId, UserProfile, Username, UsernameId,
    UsernameKey, UsernameScope,
};

use crate::error::{corrupt, store_error};

/// The profile of a user who exists.
pub(super) async fn select_profile(connection: &mut SqliteConnection, id: &UserId) -> Result<UserProfile, StoreError> {
    let row = sqlx::query_as!(
        ProfileRow,
        r#"
        SELECT password_hash, password_changed_at, password_change_required AS "password_change_required: bool", data
        FROM users WHERE id = ?
        "#,
        id.as_str(),
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(store_error)?;
    let usernames = sqlx::query_as!(
        UsernameRow,
        "SELECT id, name, key, organization_id FROM usernames WHERE user_id = ? ORDER BY position",
        id.as_str(),
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    profile(row, usernames).map_err(corrupt)
}

/// Writes one of a user's names; answers whether it was free in its scope.
pub(super) async fn insert_username(
    connection: &mut SqliteConnection,
    user: &User,
    position: i64,
    username: &Username,
) -> Result<bool, StoreError> {
    // Only the two scopes' indexes may refuse quietly: a repeated id is a fault of the program.
    let result = sqlx::query!(
        "INSERT INTO usernames (id, user_id, position, name, key, organization_id) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (key) WHERE organization_id IS NULL DO NOTHING
         ON CONFLICT (organization_id, key) WHERE organization_id IS NOT NULL DO NOTHING",
        username.id().as_str(),
        user.id().as_str(),
        position,
        username.name(),
        username.key().as_str(),
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
    password_hash: Option<String>,
    password_changed_at: Option<i64>,
    password_change_required: Option<bool>,
    data: Option<String>,
}

struct UsernameRow {
    id: String,
    name: String,
    key: String,
    organization_id: Option<String>,
}

fn profile(row: ProfileRow, usernames: Vec<UsernameRow>) -> Result<UserProfile, BoxError> {
    let password = match (row.password_hash, row.password_changed_at, row.password_change_required) {
        (None, None, None) => None,
        (Some(hash), Some(changed_at), Some(change_required)) => Some(StoredPassword {
            hash: PasswordHash::trusted(hash),
            changed_at: Timestamp::from_unix_microseconds(changed_at)?,
            change_required,
        }),
        _ => return Err("a password is stored in part".into()),
    };
    Ok(UserProfile {
        usernames: usernames
            .into_iter()
            .map(Username::try_from)
            .collect::<Result<_, _>>()?,
        password,
        data: row.data.map(UserData::trusted),
    })
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
