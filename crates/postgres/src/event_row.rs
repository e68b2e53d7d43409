use sqlx::Error;
use time::OffsetDateTime;
use unlockd_application::text_forms::parse_lockout_policy;
use unlockd_domain::{
    Event, OrganizationId, PolicyEvent, Sequence, Source, StoredEventDetails, UserEvent, UserEventKind, UserId,
};

use crate::error::corrupt;
use crate::user_row::{actor, reason, timestamp};

/// The columns of `user_events` that make an [`Event`].
#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) user_id: Option<String>,
    pub(crate) sequence: i64,
    pub(crate) kind: String,
    pub(crate) organization_id: Option<String>,
    pub(crate) actor_user_id: Option<String>,
    pub(crate) occurred_at: OffsetDateTime,
    pub(crate) source: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) lock_cause: Option<String>,
    pub(crate) lock_until: Option<OffsetDateTime>,
    pub(crate) unlock_cause: Option<String>,
    pub(crate) counts_until: Option<OffsetDateTime>,
    pub(crate) lockout_policy: Option<String>,
}

/// Takes the [`EventRow`] out of a row that has more columns.
macro_rules! event_row {
    ($row:ident) => {
        $crate::event_row::EventRow {
            user_id: $row.user_id,
            sequence: $row.sequence,
            kind: $row.kind,
            organization_id: $row.organization_id,
            actor_user_id: $row.actor_user_id,
            occurred_at: $row.occurred_at,
            source: $row.source,
            reason: $row.reason,
            lock_cause: $row.lock_cause,
            lock_until: $row.lock_until,
            unlock_cause: $row.unlock_cause,
            counts_until: $row.counts_until,
            lockout_policy: $row.lockout_policy,
        }
    };
}
pub(crate) use event_row;

/// Who has no user is a policy.
impl TryFrom<EventRow> for Event {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        if row.user_id.is_some() {
            row.try_into().map(Self::User)
        } else {
            row.try_into().map(Self::Policy)
        }
    }
}

impl TryFrom<EventRow> for UserEvent {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        let (Some(user_id), Some(organization)) = (row.user_id, row.organization_id) else {
            return Err(corrupt("an event of a user without the user or their organization"));
        };
        let details = StoredEventDetails {
            reason: reason(row.reason)?,
            lock_cause: row.lock_cause.map(|cause| cause.parse()).transpose().map_err(corrupt)?,
            lock_until: row.lock_until.map(timestamp).transpose()?,
            unlock_cause: row
                .unlock_cause
                .map(|cause| cause.parse())
                .transpose()
                .map_err(corrupt)?,
            counts_until: row.counts_until.map(timestamp).transpose()?,
        };
        Ok(Self {
            user_id: UserId::new(user_id).map_err(corrupt)?,
            sequence: Sequence::try_from(row.sequence).map_err(corrupt)?,
            kind: UserEventKind::restore(&row.kind, details).map_err(corrupt)?,
            organization: OrganizationId::new(organization).map_err(corrupt)?,
            actor: actor(row.actor_user_id)?,
            time: timestamp(row.occurred_at)?,
            source: row.source.map(Source::trusted),
        })
    }
}

impl TryFrom<EventRow> for PolicyEvent {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        let policy = row.lockout_policy.as_deref().map(parse_lockout_policy);
        let organization = row.organization_id.map(OrganizationId::new).transpose();
        let event = Self {
            organization: organization.map_err(corrupt)?,
            sequence: Sequence::try_from(row.sequence).map_err(corrupt)?,
            policy: policy.transpose().map_err(corrupt)?,
            actor: actor(row.actor_user_id)?,
            time: timestamp(row.occurred_at)?,
            source: row.source.map(Source::trusted),
        };
        if event.name().as_str() == row.kind {
            Ok(event)
        } else {
            Err(corrupt(format!("unknown event of a policy {:?}", row.kind)))
        }
    }
}
