//! Holders of `IAM_OWNER` on the instance: one of them who is active must remain. Only who is locked has `lock_until`.

use sqlx::SqliteConnection;
use unlockd_application::ports::StoreError;
use unlockd_domain::{Timestamp, UserId};

use crate::error::store_error;

/// Whether the user is one, and nobody else who is active at this moment is.
pub(crate) async fn is_last_owner(
    connection: &mut SqliteConnection,
    id: &UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sqlx::query_scalar!(
        r#"
        SELECT instance_owner = 1 AND NOT EXISTS (
            SELECT 1 FROM users AS other
            WHERE other.instance_owner = 1 AND other.id <> users.id AND (other.state = 'active' OR other.lock_until <= ?2)
        ) AS "is_last!: bool"
        FROM users WHERE id = ?1
        "#,
        id.as_str(),
        now.unix_microseconds(),
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)
}

/// Whether the user, who is none any more, could come in at this moment, and no one who can is left.
pub(crate) async fn was_last_active_owner(
    connection: &mut SqliteConnection,
    id: &UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sqlx::query_scalar!(
        r#"
        SELECT (state = 'active' OR coalesce(lock_until <= ?2, FALSE)) AND NOT EXISTS (
            SELECT 1 FROM users AS other
            WHERE other.instance_owner = 1 AND (other.state = 'active' OR other.lock_until <= ?2)
        ) AS "was_last!: bool"
        FROM users WHERE id = ?1
        "#,
        id.as_str(),
        now.unix_microseconds(),
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)
}
