use std::convert::Infallible;

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error, Postgres, QueryBuilder, Transaction};
use tracing::instrument;
use unlockd_application::ports::{EventFilter, EventOrder, EventRange, EventStore, RecordedEvent, StoreError};
use unlockd_domain::{
    ActivityEvent, Actor, EventName, OrganizationId, Position, SessionId, Source, Timestamp, TokenName, UserId,
};

use crate::error::corrupt;
use crate::event_row::EventRow;
use crate::instance_owners::BEGIN;
use crate::store::PostgresStore;
use crate::visibility::push_visibility;

#[async_trait]
impl EventStore for PostgresStore {
    #[instrument(level = "debug", name = "postgres.event_store.settled", skip_all)]
    async fn settled(&self) -> Result<Position, StoreError> {
        self.settle().await
    }

    #[instrument(level = "debug", name = "postgres.event_store.append", skip_all)]
    async fn append(&self, event: &ActivityEvent) -> Result<(), StoreError> {
        self.write(|attempt| {
            Box::pin(async move {
                let recording = Recording::begin(attempt.connection, Some(event)).await?;
                recording.finish(Ok::<(), Infallible>(())).await
            })
        })
        .await
        .map(|Ok(())| ())
    }

    /// Nothing is written while there is nothing to delete.
    #[instrument(level = "debug", name = "postgres.event_store.prune", skip_all)]
    async fn prune(&self, before: Timestamp, after: Position, limit: u32) -> Result<Position, StoreError> {
        let reached = self
            .read(|attempt| Box::pin(last_older(attempt.connection, before, after, limit)))
            .await?;
        let Some(reached) = reached else {
            return Ok(after);
        };
        self.write(|attempt| Box::pin(delete_older(attempt.connection, before, after, reached)))
            .await?;
        Ok(reached)
    }

    #[instrument(level = "debug", name = "postgres.event_store.select", skip_all)]
    async fn select(&self, filter: &EventFilter, range: &EventRange) -> Result<Vec<RecordedEvent>, StoreError> {
        self.read(|attempt| {
            Box::pin(async move {
                let mut query = QueryBuilder::new("");
                push_events(&mut query, filter, range);
                // Planned anew each time, for the values that are asked for.
                let rows: Vec<RecordedEventRow> = query
                    .build_query_as()
                    .persistent(false)
                    .fetch_all(attempt.connection)
                    .await?;
                rows.into_iter().map(RecordedEvent::try_from).collect()
            })
        })
        .await
    }
}

/// The last of the next events that is older, in front of the first that is not, and of the last of all.
async fn last_older(
    connection: &mut PgConnection,
    before: Timestamp,
    after: Position,
    limit: u32,
) -> Result<Option<Position>, Error> {
    let reached = sqlx::query_scalar!(
        "WITH examined AS (
             SELECT position, occurred_at FROM user_events
             WHERE position > $1 AND position < (SELECT max(position) FROM user_events)
             ORDER BY position LIMIT $2
         )
         SELECT max(position) FROM examined
         WHERE position < coalesce((SELECT min(position) FROM examined WHERE occurred_at >= $3), $4)",
        after.as_i64(),
        i64::from(limit),
        before.date_time(),
        i64::MAX,
    )
    .fetch_one(connection)
    .await?;
    reached.map(Position::try_from).transpose().map_err(corrupt)
}

/// Rows that another process deletes or erases are left alone, so that nobody waits for another.
async fn delete_older(
    connection: &mut PgConnection,
    before: Timestamp,
    after: Position,
    up_to: Position,
) -> Result<(), Error> {
    sqlx::query!(
        "DELETE FROM user_events WHERE position IN (
             SELECT position FROM user_events
             WHERE position > $1 AND position <= $2 AND occurred_at < $3 AND kind <> 'user.created'
             FOR UPDATE SKIP LOCKED
         )",
        after.as_i64(),
        up_to.as_i64(),
        before.date_time(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A transaction that ends with an event, if there is one. The row of its user is locked first, as when a user is deleted:
/// the deletion finds the event, or the event loses what is personal.
pub(crate) struct Recording<'a> {
    transaction: Transaction<'a, Postgres>,
    event: Option<ActivityEvent>,
}

impl<'a> Recording<'a> {
    pub(crate) async fn begin(connection: &'a mut PgConnection, event: Option<&ActivityEvent>) -> Result<Self, Error> {
        let mut transaction = connection.begin_with(BEGIN).await?;
        let mut event = event.cloned();
        if let Some(id) = event.as_ref().and_then(|event| event.user_id.as_ref()) {
            let state = sqlx::query_scalar!("SELECT state FROM users WHERE id = $1 FOR SHARE", id.as_str());
            let state = state.fetch_optional(&mut *transaction).await?;
            if state.as_deref() == Some("deleted") {
                event = event.map(ActivityEvent::erased);
            }
        }
        Ok(Self { transaction, event })
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Writes the event and commits, or undoes everything after a refusal.
    pub(crate) async fn finish<T, E>(mut self, outcome: Result<T, E>) -> Result<Result<T, E>, Error> {
        if outcome.is_err() {
            self.transaction.rollback().await?;
            return Ok(outcome);
        }
        if let Some(event) = &self.event {
            append(&mut self.transaction, event).await?;
        }
        self.transaction.commit().await?;
        Ok(outcome)
    }
}

/// Appends an event without a sequence. Within a transaction that changes a user, this comes after that change.
pub(crate) async fn append(connection: &mut PgConnection, event: &ActivityEvent) -> Result<(), Error> {
    let token = event.kind.token();
    let token_name = token.and_then(|token| token.name.as_ref());
    sqlx::query!(
        "INSERT INTO user_events (user_id, kind, organization_id, actor_user_id, occurred_at, source, token_id, token_name,
                                  session_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        event.user_id.as_ref().map(UserId::as_str),
        event.kind.name().as_str(),
        event.organization.as_ref().map(OrganizationId::as_str),
        Actor::user_id(&event.actor).map(UserId::as_str),
        event.time.date_time(),
        event.source.as_ref().map(Source::as_str),
        token.map(|token| token.id.as_str()),
        token_name.map(TokenName::as_str),
        event.kind.session_id().map(SessionId::as_str),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The query for the events within the range that fit the filter. What has no organization fits none that is asked for, and is
/// within no reach but the whole instance. Conditions that do not matter are not in it, so that the
/// others find their indexes.
pub(crate) fn push_events(query: &mut QueryBuilder<Postgres>, filter: &EventFilter, range: &EventRange) {
    query
        .push(
            "SELECT position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source, reason, lock_cause, \
             lock_until, lock_scope, unlock_cause, counts_until, lockout_policy, role, role_organization_id, token_id, \
             token_name, session_id FROM user_events WHERE position > ",
        )
        .push_bind(range.after.as_i64())
        .push(" AND position <= ")
        .push_bind(range.up_to.as_i64());
    query.push(" AND ");
    push_visibility(query, &filter.visibility);
    if let Some(user_id) = &filter.user_id {
        query.push(" AND user_id = ").push_bind(user_id.as_str());
    }
    if let Some(organization) = &filter.organization {
        query.push(" AND organization_id = ").push_bind(organization.as_str());
    }
    if let Some(actor) = &filter.actor {
        query.push(" AND actor_user_id = ").push_bind(actor.as_str());
    }
    if !filter.kinds.is_empty() {
        let kinds: Vec<_> = filter.kinds.iter().map(|kind| EventName::as_str(*kind)).collect();
        query.push(" AND kind = ANY(").push_bind(kinds).push(")");
    }
    if let Some(after) = filter.after {
        query.push(" AND occurred_at > ").push_bind(after.date_time());
    }
    if let Some(before) = filter.before {
        query.push(" AND occurred_at < ").push_bind(before.date_time());
    }
    query.push(match range.order {
        EventOrder::Forward => " ORDER BY position LIMIT ",
        EventOrder::Backward => " ORDER BY position DESC LIMIT ",
    });
    query.push_bind(i64::from(range.limit));
}

#[derive(sqlx::FromRow)]
struct RecordedEventRow {
    position: i64,
    #[sqlx(flatten)]
    event: EventRow,
}

impl TryFrom<RecordedEventRow> for RecordedEvent {
    type Error = Error;

    fn try_from(row: RecordedEventRow) -> Result<Self, Error> {
        Ok(Self {
            position: Position::try_from(row.position).map_err(corrupt)?,
            event: row.event.try_into()?,
        })
    }
}
