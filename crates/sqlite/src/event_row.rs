use sqlx::FromRow;
use unlockd_application::ports::{BoxError, RecordedEvent};
use unlockd_application::text_forms::parse_lockout_policy;
use unlockd_domain::{
    AccessTokenId, ActivityEvent, ActivityKind, ActivityName, Actor, Event, EventName, OrganizationId, PolicyEvent,
    PolicyEventName, Position, Reason, Sequence, SessionId, Source, StoredActivityDetails, StoredEventDetails,
    Timestamp, TokenName, TokenReference, UserEvent, UserEventKind, UserId,
};

use crate::grant_store::grant_of;

/// The columns of a [`RecordedEventRow`].
pub(crate) const EVENT_COLUMNS: &str = "position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at, \
                                        source, reason, lock_cause, lock_until, lock_scope, unlock_cause, counts_until, lockout_policy, \
                                        role, role_organization_id, token_id, token_name, session_id";

/// An event in its place.
#[derive(FromRow)]
pub(crate) struct RecordedEventRow {
    position: i64,
    #[sqlx(flatten)]
    event: EventRow,
}

/// The columns of an [`Event`].
#[derive(FromRow)]
pub(crate) struct EventRow {
    pub(crate) user_id: Option<String>,
    pub(crate) sequence: Option<i64>,
    pub(crate) kind: String,
    pub(crate) organization_id: Option<String>,
    pub(crate) actor_user_id: Option<String>,
    pub(crate) occurred_at: i64,
    pub(crate) source: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) lock_cause: Option<String>,
    pub(crate) lock_until: Option<i64>,
    pub(crate) lock_scope: Option<String>,
    pub(crate) unlock_cause: Option<String>,
    pub(crate) counts_until: Option<i64>,
    pub(crate) lockout_policy: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) role_organization_id: Option<String>,
    pub(crate) token_id: Option<String>,
    pub(crate) token_name: Option<String>,
    pub(crate) session_id: Option<String>,
}

impl TryFrom<RecordedEventRow> for RecordedEvent {
    type Error = BoxError;

    fn try_from(row: RecordedEventRow) -> Result<Self, BoxError> {
        Ok(Self {
            position: Position::try_from(row.position)?,
            event: row.event.try_into()?,
        })
    }
}

impl TryFrom<EventRow> for Event {
    type Error = BoxError;

    fn try_from(row: EventRow) -> Result<Self, BoxError> {
        Ok(match row.kind.parse()? {
            EventName::User(_) => Self::User(row.try_into()?),
            EventName::Policy(_) => Self::Policy(row.try_into()?),
            EventName::Activity(name) => Self::Activity(activity(row, name)?),
        })
    }
}

impl TryFrom<EventRow> for UserEvent {
    type Error = BoxError;

    fn try_from(row: EventRow) -> Result<Self, BoxError> {
        let details = StoredEventDetails {
            reason: row.reason.map_or(Ok(None), Reason::parse)?,
            lock_cause: row.lock_cause.map(|cause| cause.parse()).transpose()?,
            lock_until: row.lock_until.map(Timestamp::from_unix_microseconds).transpose()?,
            lock_scope: row.lock_scope.map(|scope| scope.parse()).transpose()?,
            unlock_cause: row.unlock_cause.map(|cause| cause.parse()).transpose()?,
            counts_until: row.counts_until.map(Timestamp::from_unix_microseconds).transpose()?,
            grant: row
                .role
                .map(|role| grant_of(&role, row.role_organization_id))
                .transpose()?,
        };
        Ok(Self {
            user_id: UserId::new(row.user_id.ok_or("an event of a user names no user")?)?,
            sequence: sequence(row.sequence)?,
            kind: UserEventKind::restore(&row.kind, details)?,
            organization: OrganizationId::new(row.organization_id.ok_or("an event of a user names no organization")?)?,
            actor: Actor::from(row.actor_user_id.map(UserId::new).transpose()?),
            time: Timestamp::from_unix_microseconds(row.occurred_at)?,
            source: row.source.map(Source::trusted),
        })
    }
}

impl TryFrom<EventRow> for PolicyEvent {
    type Error = BoxError;

    fn try_from(row: EventRow) -> Result<Self, BoxError> {
        let event = Self {
            organization: row.organization_id.map(OrganizationId::new).transpose()?,
            sequence: sequence(row.sequence)?,
            policy: row.lockout_policy.as_deref().map(parse_lockout_policy).transpose()?,
            actor: Actor::from(row.actor_user_id.map(UserId::new).transpose()?),
            time: Timestamp::from_unix_microseconds(row.occurred_at)?,
            source: row.source.map(Source::trusted),
        };
        let name: PolicyEventName = row.kind.parse()?;
        if event.name() == name {
            Ok(event)
        } else {
            Err("an event of a policy is called otherwise than what it did".into())
        }
    }
}

fn activity(row: EventRow, name: ActivityName) -> Result<ActivityEvent, BoxError> {
    let token_name = row.token_name.map(TokenName::new).transpose()?;
    let token_id = row.token_id.map(AccessTokenId::new).transpose()?;
    let details = StoredActivityDetails {
        token: token_id.map(|id| TokenReference { id, name: token_name }),
        session_id: row.session_id.map(SessionId::new).transpose()?,
    };
    Ok(ActivityEvent {
        kind: ActivityKind::restore(name, details)?,
        user_id: row.user_id.map(UserId::new).transpose()?,
        organization: row.organization_id.map(OrganizationId::new).transpose()?,
        actor: Actor::from(row.actor_user_id.map(UserId::new).transpose()?),
        time: Timestamp::from_unix_microseconds(row.occurred_at)?,
        source: row.source.map(Source::trusted),
    })
}

fn sequence(number: Option<i64>) -> Result<Sequence, BoxError> {
    Ok(Sequence::try_from(number.ok_or("an event lacks its sequence")?)?)
}
