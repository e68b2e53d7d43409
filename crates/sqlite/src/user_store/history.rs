use sqlx::{SqliteConnection, SqliteExecutor};
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{RecordedRequest, StoreError};
use unlockd_domain::{LockCause, Reason, Source, Timestamp, UnlockCause, UserEvent, UserId};

use crate::error::{corrupt, store_error};
use crate::event_row::EventRow;

/// The user's whole history.
pub(super) async fn select_events(
    executor: impl SqliteExecutor<'_>,
    user_id: &UserId,
) -> Result<Vec<UserEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                reason, lock_cause, lock_until, unlock_cause, counts_until, lockout_policy
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
        "INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                                  reason, lock_cause, lock_until, unlock_cause, counts_until,
                                  idempotency_key, request_digest, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM user_events))
         ON CONFLICT (actor_user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING",
        event.user_id.as_str(),
        event.sequence.as_i64(),
        event.kind.name().as_str(),
        event.organization.as_str(),
        event.actor.user_id().map(UserId::as_str),
        event.time.unix_microseconds(),
        event.source.as_ref().map(Source::as_str),
        event.kind.reason().map(Reason::as_str),
        event.kind.lock_cause().map(LockCause::as_str),
        event.kind.lock_until().map(Timestamp::unix_microseconds),
        event.kind.unlock_cause().map(UnlockCause::as_str),
        event.kind.counts_until().map(Timestamp::unix_microseconds),
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
        "SELECT position, request_digest FROM user_events WHERE actor_user_id = ? AND idempotency_key = ?",
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
        "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                reason, lock_cause, lock_until, unlock_cause, counts_until, lockout_policy
         FROM user_events WHERE position = ?",
        found.position,
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
