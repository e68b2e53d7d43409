use sqlx::Error;
use time::OffsetDateTime;
use unlockd_application::text_forms::parse_lockout_policy;
use unlockd_domain::{
    AccessTokenId, ActivityEvent, ActivityKind, ActivityName, Event, EventName, OrganizationId, PolicyEvent, Sequence,
    SessionId, Source, StoredActivityDetails, StoredEventDetails, TokenName, TokenReference, UserEvent, UserEventKind,
    UserId,
};

use crate::error::corrupt;
use crate::grant_store::grant_of;
use crate::user_row::{actor, reason, timestamp};

/// The columns of `user_events` that make an [`Event`].
#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) user_id: Option<String>,
    pub(crate) sequence: Option<i64>,
    pub(crate) kind: String,
    pub(crate) organization_id: Option<String>,
    pub(crate) actor_user_id: Option<String>,
    pub(crate) occurred_at: OffsetDateTime,
    pub(crate) source: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) lock_cause: Option<String>,
    pub(crate) lock_until: Option<OffsetDateTime>,
    pub(crate) lock_scope: Option<String>,
    pub(crate) unlock_cause: Option<String>,
    pub(crate) counts_until: Option<OffsetDateTime>,
    pub(crate) lockout_policy: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) role_organization_id: Option<String>,
    pub(crate) token_id: Option<String>,
    pub(crate) token_name: Option<String>,
    pub(crate) session_id: Option<String>,
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
            lock_scope: $row.lock_scope,
            unlock_cause: $row.unlock_cause,
            counts_until: $row.counts_until,
            lockout_policy: $row.lockout_policy,
            role: $row.role,
            role_organization_id: $row.role_organization_id,
            token_id: $row.token_id,
            token_name: $row.token_name,
            session_id: $row.session_id,
        }
    };
}
pub(crate) use event_row;

impl TryFrom<EventRow> for Event {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        match row.kind.parse().map_err(corrupt)? {
            EventName::User(_) => row.try_into().map(Self::User),
            EventName::Policy(_) => row.try_into().map(Self::Policy),
            EventName::Activity(name) => activity(row, name).map(Self::Activity),
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
            lock_scope: row.lock_scope.map(|scope| scope.parse()).transpose().map_err(corrupt)?,
            unlock_cause: row
                .unlock_cause
                .map(|cause| cause.parse())
                .transpose()
                .map_err(corrupt)?,
            counts_until: row.counts_until.map(timestamp).transpose()?,
            grant: row
                .role
                .map(|role| grant_of(&role, row.role_organization_id))
                .transpose()?,
        };
        Ok(Self {
            user_id: UserId::new(user_id).map_err(corrupt)?,
            sequence: sequence(row.sequence)?,
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
            sequence: sequence(row.sequence)?,
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

fn activity(row: EventRow, name: ActivityName) -> Result<ActivityEvent, Error> {
    let token_name = row.token_name.map(TokenName::new).transpose().map_err(corrupt)?;
    let token_id = row.token_id.map(AccessTokenId::new).transpose().map_err(corrupt)?;
    let details = StoredActivityDetails {
        token: token_id.map(|id| TokenReference { id, name: token_name }),
        session_id: row.session_id.map(SessionId::new).transpose().map_err(corrupt)?,
    };
    Ok(ActivityEvent {
        kind: ActivityKind::restore(name, details).map_err(corrupt)?,
        user_id: row.user_id.map(UserId::new).transpose().map_err(corrupt)?,
        organization: row
            .organization_id
            .map(OrganizationId::new)
            .transpose()
            .map_err(corrupt)?,
        actor: actor(row.actor_user_id)?,
        time: timestamp(row.occurred_at)?,
        source: row.source.map(Source::trusted),
    })
}

fn sequence(number: Option<i64>) -> Result<Sequence, Error> {
    let number = number.ok_or_else(|| corrupt("an event without its sequence"))?;
    Sequence::try_from(number).map_err(corrupt)
}
