//! Users with all that belongs to them.

use sqlx::Error;
use sqlx::postgres::PgConnection;
use unlockd_domain::{
    PasswordHash, StoredPassword, User, UserData, UserProfile, Username, UsernameId, UsernameKey, UsernameScope,
};

use crate::error::corrupt;
use crate::user_row::{timestamp, user_row};

/// Those of the users who are there, in the order of the ids, each with their profile.
pub(crate) async fn find(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<(User, UserProfile)>, Error> {
    sqlx::query!(
        r#"SELECT id, organization_id, state, sequence, failed_password_attempts,
                  lock_since, lock_cause, lock_by, lock_reason, lock_until, created_at, changed_at,
                  password_hash, password_changed_at, password_change_required, data,
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
    .map(|row| {
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
        let profile = UserProfile {
            usernames,
            password,
            data: row.data.map(UserData::trusted),
        };
        Ok((User::try_from(user_row!(row))?, profile))
    })
    .collect()
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
