//! Users with all that belongs to them.

use sqlx::Error;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use unlockd_domain::{
    LoginName, PasswordHash, PasswordReset, StoredPassword, User, UserData, UserProfile, Username, UsernameId,
    UsernameKey, UsernameScope,
};

use crate::error::corrupt;
use crate::user_row::{timestamp, user_row};

/// Those of the users who are there, in the order of the ids, each with their profile.
pub(crate) async fn find(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<(User, UserProfile)>, Error> {
    sqlx::query_as!(
        UserProfileRow,
        r#"SELECT id, organization_id, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                  lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, created_at,
                changed_at,
                  password_hash, password_changed_at, password_change_required,
                  password_reset_hash, password_reset_expires_at, password_reset_failures, data,
                  ARRAY(SELECT usernames.id FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_ids!",
                  ARRAY(SELECT name FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_names!",
                  ARRAY(SELECT key FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_keys!",
                  ARRAY(SELECT usernames.organization_id IS NOT NULL FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_is_organization_specific!"
           FROM users WHERE id = ANY($1) ORDER BY array_position($1, id)"#,
        ids,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(TryFrom::try_from)
    .collect()
}

/// The user who signs in by this name, with their profile.
pub(crate) async fn find_by_login_name(
    connection: &mut PgConnection,
    name: &LoginName,
) -> Result<Option<(User, UserProfile)>, Error> {
    sqlx::query_as!(
        UserProfileRow,
        r#"SELECT id, organization_id, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                  lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, created_at,
                changed_at,
                  password_hash, password_changed_at, password_change_required,
                  password_reset_hash, password_reset_expires_at, password_reset_failures, data,
                  ARRAY(SELECT usernames.id FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_ids!",
                  ARRAY(SELECT name FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_names!",
                  ARRAY(SELECT key FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_keys!",
                  ARRAY(SELECT usernames.organization_id IS NOT NULL FROM usernames WHERE user_id = users.id
                        ORDER BY position) AS "username_is_organization_specific!"
           FROM users
           WHERE id = (SELECT user_id FROM usernames WHERE login_key = $1)"#,
        name.key().as_str(),
    )
    .fetch_optional(connection)
    .await?
    .map(TryFrom::try_from)
    .transpose()
}

struct UserProfileRow {
    id: String,
    organization_id: String,
    state: String,
    sequence: i64,
    password_failures: Vec<OffsetDateTime>,
    policy_locks: i64,
    failures_forgotten_at: Option<OffsetDateTime>,
    lock_since: Option<OffsetDateTime>,
    lock_cause: Option<String>,
    lock_by: Option<String>,
    lock_reason: Option<String>,
    lock_until: Option<OffsetDateTime>,
    lock_scope: Option<String>,
    created_at: OffsetDateTime,
    changed_at: OffsetDateTime,
    password_hash: Option<String>,
    password_changed_at: Option<OffsetDateTime>,
    password_change_required: Option<bool>,
    password_reset_hash: Option<String>,
    password_reset_expires_at: Option<OffsetDateTime>,
    password_reset_failures: Option<i64>,
    data: Option<String>,
    username_ids: Vec<String>,
    username_names: Vec<String>,
    username_keys: Vec<String>,
    username_is_organization_specific: Vec<bool>,
}

impl TryFrom<UserProfileRow> for (User, UserProfile) {
    type Error = Error;

    fn try_from(row: UserProfileRow) -> Result<Self, Error> {
        let usernames = row
            .username_ids
            .into_iter()
            .zip(row.username_names)
            .zip(row.username_keys)
            .zip(row.username_is_organization_specific)
            .map(|(((id, name), key), is_organization_specific)| username(id, name, key, is_organization_specific))
            .collect::<Result<_, Error>>()?;
        let password = match (row.password_hash, row.password_changed_at, row.password_change_required) {
            (Some(hash), Some(changed_at), Some(change_required)) => Some(StoredPassword {
                hash: PasswordHash::trusted(hash),
                changed_at: timestamp(changed_at)?,
                change_required,
            }),
            _ => None,
        };
        let reset = (
            row.password_reset_hash,
            row.password_reset_expires_at,
            row.password_reset_failures,
        );
        let password_reset = match reset {
            (Some(hash), Some(expires_at), Some(failures)) => Some(PasswordReset {
                code_hash: PasswordHash::trusted(hash),
                expires_at: timestamp(expires_at)?,
                failed_attempts: u32::try_from(failures).map_err(corrupt)?,
            }),
            _ => None,
        };
        let profile = UserProfile {
            usernames,
            password,
            password_reset,
            data: row.data.map(UserData::trusted),
        };
        Ok((User::try_from(user_row!(row))?, profile))
    }
}

fn username(id: String, name: String, key: String, is_organization_specific: bool) -> Result<Username, Error> {
    let scope = if is_organization_specific {
        UsernameScope::Organization
    } else {
        UsernameScope::Instance
    };
    let id = UsernameId::new(id).map_err(corrupt)?;
    Ok(Username::restore(id, name, UsernameKey::trusted(key), scope))
}
