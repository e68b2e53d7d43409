use sqlx::{FromRow, SqliteConnection, SqliteExecutor};
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{BoxError, RecordedEvent, RecordedRequest, StoreError};
use unlockd_domain::{
    Actor, LockCause, OrganizationId, Position, Reason, Sequence, Timestamp, UserEvent, UserEventKind, UserId,
};

use crate::error::{corrupt, store_error};

/// The columns of a [`RecordedEventRow`].
pub(crate) const EVENT_COLUMNS: &str = "position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at, \
                                        reason, lock_cause, lock_until";

/// The user's whole history.
pub(super) async fn select_events(
    executor: impl SqliteExecutor<'_>,
    user_id: &UserId,
) -> Result<Vec<UserEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, reason, lock_cause, lock_until
         FROM user_events WHERE user_id = ? ORDER BY sequence",
        user_id.as_str(),
    )
    .fetch_all(executor)
    .await
    .map_err(store_error)?;
    rows.into_iter()
        .map(UserEvent::try_from)
        .collect::<Result<_, _>>()
        .map_err(corrupt)
}

/// Appends to a history, behind all events that there are, with the request that led to it; answers whether the actor has
/// not used its key before. A sequence that is there already is an error: the user's row goes first and would not have it.
pub(super) async fn insert_event(
    connection: &mut SqliteConnection,
    event: &UserEvent,
    request: Option<&IdempotentRequest>,
) -> Result<bool, StoreError> {
    let result = sqlx::query!(
        "INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
                                  reason, lock_cause, lock_until, idempotency_key, request_digest, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM user_events))
         ON CONFLICT (actor_user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING",
        event.user_id.as_str(),
        event.sequence.as_i64(),
        event.kind.name().as_str(),
        event.organization.as_str(),
        event.actor.user_id().map(UserId::as_str),
        event.time.unix_microseconds(),
        event.kind.reason().map(Reason::as_str),
        event.kind.lock_cause().map(LockCause::as_str),
        event.kind.lock_until().map(Timestamp::unix_microseconds),
        request.map(|request| request.key.as_str()),
        request.map(|request| request.digest.0.as_slice()),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(result.rows_affected() == 1)
}

/// The request under a key of the caller's.
pub(super) async fn select_request(
    connection: &mut SqliteConnection,
    caller: &UserId,
    key: &IdempotencyKey,
) -> Result<Option<RecordedRequest>, StoreError> {
    let found = sqlx::query!(
        "SELECT user_id, sequence, request_digest FROM user_events WHERE actor_user_id = ? AND idempotency_key = ?",
        caller.as_str(),
        key.as_str(),
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(store_error)?;
    let Some(found) = found else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        EventRow,
        "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, reason, lock_cause, lock_until
         FROM user_events WHERE user_id = ? AND sequence = ?",
        found.user_id,
        found.sequence,
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)?;
    let digest = found.request_digest.map(<[u8; 32]>::try_from).transpose();
    Ok(Some(RecordedRequest {
        event: UserEvent::try_from(row).map_err(corrupt)?,
        digest: digest
            .map_err(|_| corrupt("a request's digest has another length"))?
            .map(RequestDigest),
    }))
}

/// An event in its place.
#[derive(FromRow)]
pub(crate) struct RecordedEventRow {
    position: i64,
    #[sqlx(flatten)]
    event: EventRow,
}

#[derive(FromRow)]
struct EventRow {
    user_id: String,
    sequence: i64,
    kind: String,
    organization_id: String,
    actor_user_id: Option<String>,
    occurred_at: i64,
    reason: Option<String>,
    lock_cause: Option<String>,
    lock_until: Option<i64>,
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

impl TryFrom<EventRow> for UserEvent {
    type Error = BoxError;

    fn try_from(row: EventRow) -> Result<Self, BoxError> {
        let kind = UserEventKind::restore(
            &row.kind,
            row.reason.map_or(Ok(None), Reason::parse)?,
            row.lock_cause.map(|cause| cause.parse()).transpose()?,
            row.lock_until.map(Timestamp::from_unix_microseconds).transpose()?,
        )?;
        Ok(Self {
            user_id: UserId::new(row.user_id)?,
            sequence: Sequence::try_from(row.sequence)?,
            kind,
            organization: OrganizationId::new(row.organization_id)?,
            actor: Actor::from(row.actor_user_id.map(UserId::new).transpose()?),
            time: Timestamp::from_unix_microseconds(row.occurred_at)?,
        })
    }
}
