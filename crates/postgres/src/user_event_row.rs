use sqlx::Error;
use time::OffsetDateTime;
use unlockd_domain::{OrganizationId, Sequence, UserEvent, UserEventKind, UserId};

use crate::error::corrupt;
use crate::user_row::{actor, reason, timestamp};

/// The columns of `user_events` that make a [`UserEvent`].
#[derive(sqlx::FromRow)]
pub(crate) struct UserEventRow {
    pub(crate) user_id: String,
    pub(crate) sequence: i64,
    pub(crate) kind: String,
    pub(crate) organization_id: String,
    pub(crate) actor_user_id: Option<String>,
    pub(crate) occurred_at: OffsetDateTime,
    pub(crate) reason: Option<String>,
    pub(crate) lock_cause: Option<String>,
    pub(crate) lock_until: Option<OffsetDateTime>,
}

/// Takes the [`UserEventRow`] out of a row that has more columns.
macro_rules! user_event_row {
    ($row:ident) => {
        $crate::user_event_row::UserEventRow {
            user_id: $row.user_id,
            sequence: $row.sequence,
            kind: $row.kind,
            organization_id: $row.organization_id,
            actor_user_id: $row.actor_user_id,
            occurred_at: $row.occurred_at,
            reason: $row.reason,
            lock_cause: $row.lock_cause,
            lock_until: $row.lock_until,
        }
    };
}
pub(crate) use user_event_row;

impl TryFrom<UserEventRow> for UserEvent {
    type Error = Error;

    fn try_from(row: UserEventRow) -> Result<Self, Error> {
        let kind = UserEventKind::restore(
            &row.kind,
            reason(row.reason)?,
            row.lock_cause.map(|cause| cause.parse()).transpose().map_err(corrupt)?,
            row.lock_until.map(timestamp).transpose()?,
        )
        .map_err(corrupt)?;
        Ok(Self {
            user_id: UserId::new(row.user_id).map_err(corrupt)?,
            sequence: Sequence::try_from(row.sequence).map_err(corrupt)?,
            kind,
            organization: OrganizationId::new(row.organization_id).map_err(corrupt)?,
            actor: actor(row.actor_user_id)?,
            time: timestamp(row.occurred_at)?,
        })
    }
}
