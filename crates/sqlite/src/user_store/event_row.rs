use sqlx::{SqliteConnection, SqliteExecutor};
use unlockd_application::ports::{BoxError, StoreError};
use unlockd_domain::{Actor, LockCause, OrganizationId, Reason, Sequence, Timestamp, UserEvent, UserEventKind, UserId};

use crate::error::{corrupt, store_error};

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

/// Appends to a history. A sequence that is there already is an error: the user's row goes first and would not have it.
pub(super) async fn insert_event(connection: &mut SqliteConnection, event: &UserEvent) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at,
                                  reason, lock_cause, lock_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        event.user_id.as_str(),
        event.sequence.as_i64(),
        event.kind.name(),
        event.organization.as_str(),
        event.actor.user_id().map(UserId::as_str),
        event.time.unix_microseconds(),
        event.kind.reason().map(Reason::as_str),
        event.kind.lock_cause().map(LockCause::as_str),
        event.kind.lock_until().map(Timestamp::unix_microseconds),
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(())
}

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
