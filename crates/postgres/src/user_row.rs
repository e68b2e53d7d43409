use sqlx::Error;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use unlockd_domain::{
    Actor, Grants, Lock, OrganizationId, Reason, Sequence, Timestamp, User, UserId, UserRecord, UserState,
};

use crate::error::corrupt;
use crate::grant_store::grants_of;

/// The columns of `users` that make a [`User`].
pub(crate) struct UserRow {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) state: String,
    pub(crate) sequence: i64,
    pub(crate) password_failures: Vec<OffsetDateTime>,
    pub(crate) policy_locks: i64,
    pub(crate) failures_forgotten_at: Option<OffsetDateTime>,
    pub(crate) lock_since: Option<OffsetDateTime>,
    pub(crate) lock_cause: Option<String>,
    pub(crate) lock_by: Option<String>,
    pub(crate) lock_reason: Option<String>,
    pub(crate) lock_until: Option<OffsetDateTime>,
    pub(crate) lock_scope: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) changed_at: OffsetDateTime,
}

/// Takes the [`UserRow`] out of a row that has more columns.
macro_rules! user_row {
    ($row:ident) => {
        $crate::user_row::UserRow {
            id: $row.id,
            organization_id: $row.organization_id,
            state: $row.state,
            sequence: $row.sequence,
            password_failures: $row.password_failures,
            policy_locks: $row.policy_locks,
            failures_forgotten_at: $row.failures_forgotten_at,
            lock_since: $row.lock_since,
            lock_cause: $row.lock_cause,
            lock_by: $row.lock_by,
            lock_reason: $row.lock_reason,
            lock_until: $row.lock_until,
            lock_scope: $row.lock_scope,
            created_at: $row.created_at,
            changed_at: $row.changed_at,
        }
    };
}
pub(crate) use user_row;

/// Existing users with their grants, in any order.
pub(crate) async fn find(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<(User, Grants)>, Error> {
    sqlx::query!(
        r#"SELECT id, organization_id, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                  lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, created_at, changed_at,
                  ARRAY(SELECT role FROM grants WHERE user_id = users.id
                        ORDER BY role, grants.organization_id) AS "grant_roles!",
                  ARRAY(SELECT grants.organization_id FROM grants WHERE user_id = users.id
                        ORDER BY role, grants.organization_id) AS "grant_organization_ids!: Vec<Option<String>>"
           FROM users WHERE id = ANY($1)"#,
        ids,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        let grants = grants_of(&row.grant_roles, row.grant_organization_ids)?;
        Ok((User::try_from(user_row!(row))?, grants))
    })
    .collect()
}

impl TryFrom<UserRow> for User {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self, Error> {
        let state = row.state()?;
        Ok(Self::from(UserRecord {
            id: UserId::new(row.id).map_err(corrupt)?,
            organization: OrganizationId::new(row.organization_id).map_err(corrupt)?,
            state,
            sequence: Sequence::try_from(row.sequence).map_err(corrupt)?,
            password_failures: timestamps(row.password_failures)?,
            policy_locks: u32::try_from(row.policy_locks).map_err(corrupt)?,
            failures_forgotten_at: row.failures_forgotten_at.map(timestamp).transpose()?,
            created_at: timestamp(row.created_at)?,
            changed_at: timestamp(row.changed_at)?,
        }))
    }
}

impl UserRow {
    fn state(&self) -> Result<UserState, Error> {
        match self.state.as_str() {
            "active" => Ok(UserState::Active),
            "inactive" => Ok(UserState::Inactive),
            "locked" => self.lock().map(UserState::Locked),
            "deleted" => Ok(UserState::Deleted),
            other => Err(corrupt(format!("unknown user state {other:?}"))),
        }
    }

    fn lock(&self) -> Result<Lock, Error> {
        let (Some(since), Some(cause), Some(scope)) = (self.lock_since, &self.lock_cause, &self.lock_scope) else {
            return Err(corrupt("a locked user without a lock"));
        };
        Ok(Lock {
            since: timestamp(since)?,
            cause: cause.parse().map_err(corrupt)?,
            by: actor(self.lock_by.clone())?,
            reason: reason(self.lock_reason.clone())?,
            until: self.lock_until.map(timestamp).transpose()?,
            scope: scope.parse().map_err(corrupt)?,
        })
    }
}

/// A stored moment.
pub(crate) fn timestamp(moment: OffsetDateTime) -> Result<Timestamp, Error> {
    Timestamp::from_date_time(moment).map_err(corrupt)
}

/// Stored moments.
pub(crate) fn timestamps(moments: Vec<OffsetDateTime>) -> Result<Vec<Timestamp>, Error> {
    moments.into_iter().map(timestamp).collect()
}

/// A stored actor.
pub(crate) fn actor(user_id: Option<String>) -> Result<Actor, Error> {
    user_id.map(UserId::new).transpose().map(Actor::from).map_err(corrupt)
}

/// A stored reason.
pub(crate) fn reason(text: Option<String>) -> Result<Option<Reason>, Error> {
    text.map_or(Ok(None), Reason::parse).map_err(corrupt)
}
