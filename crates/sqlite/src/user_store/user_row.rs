use sqlx::{SqliteConnection, SqliteExecutor};
use unlockd_application::ports::{BoxError, StoreError};
use unlockd_domain::{
    Actor, Grants, Lock, LockCause, OrganizationId, Reason, Sequence, Timestamp, User, UserData, UserId, UserProfile,
    UserRecord, UserState,
};

use crate::error::{corrupt, store_error};
use crate::grant_store::parse_grants;
use crate::timestamp_list::{parse_timestamp_list, timestamp_list_text};

/// What a change of a user writes of them.
pub(super) struct StateColumns<'a> {
    pub(super) state: &'static str,
    pub(super) sequence: i64,
    pub(super) password_failures: String,
    pub(super) policy_locks: u32,
    pub(super) failures_forgotten_at: Option<i64>,
    pub(super) lock_since: Option<i64>,
    pub(super) lock_cause: Option<&'static str>,
    pub(super) lock_by: Option<&'a str>,
    pub(super) lock_reason: Option<&'a str>,
    pub(super) lock_until: Option<i64>,
    pub(super) lock_scope: Option<&'static str>,
    pub(super) changed_at: i64,
}

impl<'a> StateColumns<'a> {
    pub(super) fn of(user: &'a User) -> Self {
        let record = user.record();
        let lock = match &record.state {
            UserState::Locked(lock) => Some(lock),
            UserState::Active | UserState::Inactive | UserState::Deleted => None,
        };
        Self {
            state: state_name(&record.state),
            sequence: record.sequence.as_i64(),
            password_failures: timestamp_list_text(&record.password_failures),
            policy_locks: record.policy_locks,
            failures_forgotten_at: record.failures_forgotten_at.map(Timestamp::unix_microseconds),
            lock_since: lock.map(|lock| lock.since.unix_microseconds()),
            lock_cause: lock.map(|lock| lock.cause.as_str()),
            lock_by: lock.and_then(|lock| lock.by.user_id()).map(UserId::as_str),
            lock_reason: lock.and_then(|lock| lock.reason.as_ref()).map(Reason::as_str),
            lock_until: lock.and_then(|lock| lock.until).map(Timestamp::unix_microseconds),
            lock_scope: lock.map(|lock| lock.scope.as_str()),
            changed_at: record.changed_at.unix_microseconds(),
        }
    }
}

/// The user, also a deleted one.
pub(crate) async fn select_user(executor: impl SqliteExecutor<'_>, id: &UserId) -> Result<Option<User>, StoreError> {
    let row = sqlx::query_as!(
        UserRow,
        "SELECT id, organization_id, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, created_at,
                changed_at
         FROM users WHERE id = ?",
        id.as_str(),
    )
    .fetch_optional(executor)
    .await
    .map_err(store_error)?;
    row.map(User::try_from).transpose().map_err(corrupt)
}

/// The users whose ids are in the JSON array, in its order.
pub(crate) async fn select_users(connection: &mut SqliteConnection, ids: &str) -> Result<Vec<User>, StoreError> {
    let rows = sqlx::query_as!(
        UserRow,
        r#"
        SELECT users.id AS "id!", organization_id AS "organization_id!", state AS "state!", sequence AS "sequence!",
               password_failures AS "password_failures!", policy_locks AS "policy_locks!", failures_forgotten_at,
               lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope,
               created_at AS "created_at!", changed_at AS "changed_at!"
        FROM json_each(?) AS listed JOIN users ON users.id = listed.value ORDER BY listed.key
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    users(rows)
}

/// The users whose ids are in the JSON array, in its order, each with their grants. One statement, since each one is a visit
/// to the thread of the connection.
pub(super) async fn select_users_with_grants(
    connection: &mut SqliteConnection,
    ids: &str,
) -> Result<Vec<(User, Grants)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT users.id AS "id!", organization_id AS "organization_id!", state AS "state!", sequence AS "sequence!",
               password_failures AS "password_failures!", policy_locks AS "policy_locks!", failures_forgotten_at,
               lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope,
               created_at AS "created_at!", changed_at AS "changed_at!",
               (SELECT json_group_array(json_array(grants.role, grants.organization_id))
                FROM grants WHERE grants.user_id = users.id) AS "grants!: String"
        FROM json_each(?) AS listed JOIN users ON users.id = listed.value ORDER BY listed.key
        "#,
        ids,
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    rows.into_iter()
        .map(|row| {
            let grants = parse_grants(&row.grants)?;
            let user = User::try_from(UserRow {
                id: row.id,
                organization_id: row.organization_id,
                state: row.state,
                sequence: row.sequence,
                password_failures: row.password_failures,
                policy_locks: row.policy_locks,
                failures_forgotten_at: row.failures_forgotten_at,
                lock_since: row.lock_since,
                lock_cause: row.lock_cause,
                lock_by: row.lock_by,
                lock_reason: row.lock_reason,
                lock_until: row.lock_until,
                lock_scope: row.lock_scope,
                created_at: row.created_at,
                changed_at: row.changed_at,
            })?;
            Ok((user, grants))
        })
        .collect::<Result<_, BoxError>>()
        .map_err(corrupt)
}

/// Users whose lock has expired, at most so many, beginning with those for whom that is longest ago.
pub(super) async fn select_users_with_expired_lock(
    connection: &mut SqliteConnection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let rows = sqlx::query_as!(
        UserRow,
        "SELECT id, organization_id, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, created_at,
                changed_at
         FROM users WHERE lock_until <= ? ORDER BY lock_until LIMIT ?",
        now.unix_microseconds(),
        limit,
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    users(rows)
}

/// Whether there is such a user, who is not deleted.
pub(crate) async fn user_exists(connection: &mut SqliteConnection, id: &UserId) -> Result<bool, StoreError> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM users WHERE id = ? AND state <> 'deleted') AS "exists!: bool""#,
        id.as_str(),
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)
}

/// Answers whether the id was free.
pub(super) async fn insert_user(
    connection: &mut SqliteConnection,
    user: &User,
    profile: &UserProfile,
) -> Result<bool, StoreError> {
    let (password, reset) = (profile.password.as_ref(), profile.password_reset.as_ref());
    let result = sqlx::query!(
        "INSERT INTO users (id, organization_id, state, sequence,
                            password_hash, password_changed_at, password_change_required,
                            password_reset_hash, password_reset_expires_at, password_reset_failures,
                            data, created_at, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        user.id().as_str(),
        user.organization().as_str(),
        state_name(&user.record().state),
        user.sequence().as_i64(),
        password.map(|password| password.hash.expose()),
        password.map(|password| password.changed_at.unix_microseconds()),
        password.map(|password| password.change_required),
        reset.map(|reset| reset.code_hash.expose()),
        reset.map(|reset| reset.expires_at.unix_microseconds()),
        reset.map(|reset| reset.failed_attempts),
        profile.data.as_ref().map(UserData::as_json),
        user.created_at().unix_microseconds(),
        user.changed_at().unix_microseconds(),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

/// Writes the user's state, if the stored user's sequence is the expected one; answers whether it was.
pub(super) async fn update_user(
    connection: &mut SqliteConnection,
    user: &User,
    expected: Sequence,
) -> Result<bool, StoreError> {
    let after = StateColumns::of(user);
    let result = sqlx::query!(
        "UPDATE users
         SET state = ?, sequence = ?, password_failures = ?, policy_locks = ?, failures_forgotten_at = ?,
             lock_since = ?, lock_cause = ?, lock_by = ?, lock_reason = ?, lock_until = ?, lock_scope = ?,
             changed_at = ?
         WHERE id = ? AND sequence = ?",
        after.state,
        after.sequence,
        after.password_failures,
        after.policy_locks,
        after.failures_forgotten_at,
        after.lock_since,
        after.lock_cause,
        after.lock_by,
        after.lock_reason,
        after.lock_until,
        after.lock_scope,
        after.changed_at,
        user.id().as_str(),
        expected.as_i64(),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

fn state_name(state: &UserState) -> &'static str {
    match state {
        UserState::Active => "active",
        UserState::Inactive => "inactive",
        UserState::Locked(_) => "locked",
        UserState::Deleted => "deleted",
    }
}

fn users(rows: Vec<UserRow>) -> Result<Vec<User>, StoreError> {
    rows.into_iter()
        .map(User::try_from)
        .collect::<Result<_, _>>()
        .map_err(corrupt)
}

struct UserRow {
    id: String,
    organization_id: String,
    state: String,
    sequence: i64,
    password_failures: String,
    policy_locks: i64,
    failures_forgotten_at: Option<i64>,
    lock_since: Option<i64>,
    lock_cause: Option<String>,
    lock_by: Option<String>,
    lock_reason: Option<String>,
    lock_until: Option<i64>,
    lock_scope: Option<String>,
    created_at: i64,
    changed_at: i64,
}

impl TryFrom<UserRow> for User {
    type Error = BoxError;

    fn try_from(row: UserRow) -> Result<Self, BoxError> {
        let state = match row.state.as_str() {
            "active" => UserState::Active,
            "inactive" => UserState::Inactive,
            "locked" => UserState::Locked(Lock {
                since: Timestamp::from_unix_microseconds(row.lock_since.ok_or("a lock has no beginning")?)?,
                cause: row.lock_cause.ok_or("a lock has no cause")?.parse::<LockCause>()?,
                by: Actor::from(row.lock_by.map(UserId::new).transpose()?),
                reason: row.lock_reason.map_or(Ok(None), Reason::parse)?,
                until: row.lock_until.map(Timestamp::from_unix_microseconds).transpose()?,
                scope: row.lock_scope.ok_or("a lock has no scope")?.parse()?,
            }),
            "deleted" => UserState::Deleted,
            _ => return Err("unknown state of a user".into()),
        };
        Ok(Self::from(UserRecord {
            id: UserId::new(row.id)?,
            organization: OrganizationId::new(row.organization_id)?,
            state,
            sequence: Sequence::try_from(row.sequence)?,
            password_failures: parse_timestamp_list(&row.password_failures)?,
            policy_locks: row.policy_locks.try_into()?,
            failures_forgotten_at: row
                .failures_forgotten_at
                .map(Timestamp::from_unix_microseconds)
                .transpose()?,
            created_at: Timestamp::from_unix_microseconds(row.created_at)?,
            changed_at: Timestamp::from_unix_microseconds(row.changed_at)?,
        }))
    }
}
