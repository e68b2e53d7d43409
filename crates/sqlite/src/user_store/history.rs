use sqlx::{SqliteConnection, SqliteExecutor};
use unlockd_application::idempotency::{IdempotencyKey, IdempotentRequest, RequestDigest};
use unlockd_application::ports::{RecordedRequest, StoreError};
use unlockd_domain::{
    Event, Grant, LockCause, LockScope, OrganizationId, Reason, Source, Timestamp, UnlockCause, UserEvent, UserId,
};

use crate::error::{corrupt, store_error};
use crate::event_row::EventRow;

/// An event as it is stored, with the request that led to it.
pub(crate) struct EventColumns<'a> {
    pub(super) user_id: &'a str,
    pub(super) sequence: i64,
    pub(super) kind: &'static str,
    pub(super) organization_id: &'a str,
    pub(super) actor_user_id: Option<&'a str>,
    pub(super) occurred_at: i64,
    pub(super) source: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
    pub(super) lock_cause: Option<&'static str>,
    pub(super) lock_until: Option<i64>,
    pub(super) lock_scope: Option<&'static str>,
    pub(super) unlock_cause: Option<&'static str>,
    pub(super) counts_until: Option<i64>,
    pub(super) role: Option<&'static str>,
    pub(super) role_organization_id: Option<&'a str>,
    pub(super) idempotency_key: Option<&'a str>,
    pub(super) request_digest: Option<&'a [u8]>,
}

impl<'a> EventColumns<'a> {
    pub(super) fn of(event: &'a UserEvent, request: Option<&'a IdempotentRequest>) -> Self {
        Self {
            user_id: event.user_id.as_str(),
            sequence: event.sequence.as_i64(),
            kind: event.kind.name().as_str(),
            organization_id: event.organization.as_str(),
            actor_user_id: event.actor.user_id().map(UserId::as_str),
            occurred_at: event.time.unix_microseconds(),
            source: event.source.as_ref().map(Source::as_str),
            reason: event.kind.reason().map(Reason::as_str),
            lock_cause: event.kind.lock_cause().map(LockCause::as_str),
            lock_until: event.kind.lock_until().map(Timestamp::unix_microseconds),
            lock_scope: event.kind.lock_scope().map(LockScope::as_str),
            unlock_cause: event.kind.unlock_cause().map(UnlockCause::as_str),
            counts_until: event.kind.counts_until().map(Timestamp::unix_microseconds),
            role: event.kind.grant().map(|grant| grant.role().as_str()),
            role_organization_id: event
                .kind
                .grant()
                .and_then(Grant::organization)
                .map(OrganizationId::as_str),
            idempotency_key: request.map(|request| request.key.as_str()),
            request_digest: request.map(|request| request.digest.0.as_slice()),
        }
    }
}

/// The user's whole history.
pub(super) async fn select_events(
    executor: impl SqliteExecutor<'_>,
    user_id: &UserId,
) -> Result<Vec<UserEvent>, StoreError> {
    let rows = sqlx::query_as!(
        EventRow,
        "SELECT user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                reason, lock_cause, lock_until, lock_scope, unlock_cause, counts_until, lockout_policy, role, role_organization_id,
                token_id, token_name, session_id
         FROM user_events WHERE user_id = ? AND sequence IS NOT NULL ORDER BY sequence",
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
    let event = EventColumns::of(event, request);
    let result = sqlx::query!(
        "INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                                  reason, lock_cause, lock_until, lock_scope, unlock_cause, counts_until, role, role_organization_id,
                                  idempotency_key, request_digest, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM user_events))
         ON CONFLICT (actor_user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING",
        event.user_id,
        event.sequence,
        event.kind,
        event.organization_id,
        event.actor_user_id,
        event.occurred_at,
        event.source,
        event.reason,
        event.lock_cause,
        event.lock_until,
        event.lock_scope,
        event.unlock_cause,
        event.counts_until,
        event.role,
        event.role_organization_id,
        event.idempotency_key,
        event.request_digest,
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
                reason, lock_cause, lock_until, lock_scope, unlock_cause, counts_until, lockout_policy, role, role_organization_id,
                token_id, token_name, session_id
         FROM user_events WHERE position = ?",
        found.position,
    )
    .fetch_one(connection)
    .await
    .map_err(store_error)?;
    let digest = found.request_digest.map(<[u8; 32]>::try_from).transpose();
    Ok(Some(RecordedRequest {
        event: Event::try_from(row).map_err(corrupt)?,
        digest: digest
            .map_err(|_| corrupt("a request's digest has another length"))?
            .map(RequestDigest),
    }))
}
