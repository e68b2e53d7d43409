use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use tracing::instrument;
use unlockd_application::ports::{
    EventFilter, EventOrder, EventRange, EventStore, RecordedEvent, StoreError, Visibility,
};
use unlockd_domain::{ActivityEvent, OrganizationId, Position, SessionId, Source, Timestamp, TokenName, UserId};

use crate::SqliteStore;
use crate::conditions::push_in;
use crate::error::{corrupt, store_error};
use crate::event_row::{EVENT_COLUMNS, RecordedEventRow};
use crate::user_store::user_exists;

/// How many statements the events of several organizations are merged from at most; SQLite takes 500.
const MAX_MERGED: usize = 100;

#[async_trait]
impl EventStore for SqliteStore {
    /// Positions are taken while the writer has the file for itself, so whatever is committed is behind all that was
    /// committed before, and the last position is settled.
    #[instrument(level = "debug", name = "sqlite.event_store.settled", skip_all)]
    async fn settled(&self) -> Result<Position, StoreError> {
        let query = sqlx::query_scalar!(r#"SELECT coalesce(max(position), 0) AS "last!: i64" FROM user_events"#);
        let last = self
            .in_time(async { query.fetch_one(self.readers()).await.map_err(store_error) })
            .await?;
        Position::try_from(last).map_err(corrupt)
    }

    #[instrument(level = "debug", name = "sqlite.event_store.append", skip_all)]
    async fn append(&self, event: &ActivityEvent) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_writing().await?;
            append(&mut transaction, Some(event)).await?;
            transaction.commit().await.map_err(store_error)
        })
        .await
    }

    /// The writer is not asked for while there is nothing to delete.
    #[instrument(level = "debug", name = "sqlite.event_store.prune", skip_all)]
    async fn prune(&self, before: Timestamp, after: Position, limit: u32) -> Result<Position, StoreError> {
        self.in_time(async {
            let reached = sqlx::query_scalar!(
                r#"WITH examined AS (
                       SELECT position, occurred_at FROM user_events
                       WHERE position > ?1 AND position < (SELECT max(position) FROM user_events)
                       ORDER BY position LIMIT ?2
                   )
                   SELECT max(position) AS "reached: i64" FROM examined
                   WHERE position < coalesce((SELECT min(position) FROM examined WHERE occurred_at >= ?3), ?4)"#,
                after.as_i64(),
                limit,
                before.unix_microseconds(),
                i64::MAX,
            )
            .fetch_one(self.readers())
            .await
            .map_err(store_error)?;
            let Some(reached) = reached else {
                return Ok(after);
            };
            let mut transaction = self.begin_writing().await?;
            sqlx::query!(
                "DELETE FROM user_events WHERE position > ? AND position <= ? AND kind <> 'user.created'",
                after.as_i64(),
                reached,
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
            transaction.commit().await.map_err(store_error)?;
            Position::try_from(reached).map_err(corrupt)
        })
        .await
    }

    #[instrument(level = "debug", name = "sqlite.event_store.select", skip_all)]
    async fn select(&self, filter: &EventFilter, range: &EventRange) -> Result<Vec<RecordedEvent>, StoreError> {
        let mut sql = QueryBuilder::new("");
        push_events(&mut sql, filter, range);
        // Not kept prepared: there are too many kinds of them.
        let query = sql.build_query_as::<RecordedEventRow>().persistent(false);
        let rows = self
            .in_time(async { query.fetch_all(self.readers()).await.map_err(store_error) })
            .await?;
        rows.into_iter()
            .map(RecordedEvent::try_from)
            .collect::<Result<_, _>>()
            .map_err(corrupt)
    }
}

/// Appends an event without a sequence, if there is one, without what is personal if its user is deleted.
pub(crate) async fn append(connection: &mut SqliteConnection, event: Option<&ActivityEvent>) -> Result<(), StoreError> {
    let Some(event) = event else { return Ok(()) };
    let is_of_deleted = match &event.user_id {
        Some(id) => !user_exists(&mut *connection, id).await?,
        None => false,
    };
    let event = if is_of_deleted {
        event.clone().erased()
    } else {
        event.clone()
    };
    let token = event.kind.token();
    let token_name = token.and_then(|token| token.name.as_ref());
    sqlx::query!(
        "INSERT INTO user_events (user_id, kind, organization_id, actor_user_id, occurred_at, source, token_id, token_name,
                                  session_id, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM user_events))",
        event.user_id.as_ref().map(UserId::as_str),
        event.kind.name().as_str(),
        event.organization.as_ref().map(OrganizationId::as_str),
        event.actor.user_id().map(UserId::as_str),
        event.time.unix_microseconds(),
        event.source.as_ref().map(Source::as_str),
        token.map(|token| token.id.as_str()),
        token_name.map(TokenName::as_str),
        event.kind.session_id().map(SessionId::as_str),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(store_error)
}

/// The statement that selects events. SQLite knows nothing about how many there are of what, so it is told what to find them
/// by.
pub(crate) fn push_events(sql: &mut QueryBuilder<Sqlite>, filter: &EventFilter, range: &EventRange) {
    if filter.user_id.is_some() {
        // One index has both in order, each for itself: positions rise with sequences, and an index ends with the position.
        for (separator, condition, column) in [
            ("SELECT * FROM (", " AND sequence IS NOT NULL", "sequence"),
            (") UNION ALL SELECT * FROM (", " AND sequence IS NULL", "position"),
        ] {
            push_visible(sql.push(separator), filter, range);
            push_order(sql.push(condition), column, range);
        }
        sql.push(")");
    } else {
        push_visible(sql, filter, range);
    }
    push_order(sql, "position", range);
}

fn push_order(sql: &mut QueryBuilder<Sqlite>, column: &'static str, range: &EventRange) {
    sql.push(" ORDER BY ").push(column).push(match range.order {
        EventOrder::Forward => " LIMIT ",
        EventOrder::Backward => " DESC LIMIT ",
    });
    sql.push_bind(range.limit);
}

/// The events that fit and may be seen, in no order.
fn push_visible(sql: &mut QueryBuilder<Sqlite>, filter: &EventFilter, range: &EventRange) {
    let narrowing = narrowing_index(filter);
    match &filter.visibility {
        Visibility::Instance => push_selection(sql, narrowing, filter, range),
        // SQLite would have nothing to look up any more, and refuse an index.
        Visibility::Organizations(visible) if visible.is_empty() => {
            push_selection(sql, None, filter, range);
            sql.push(" AND FALSE");
        }
        Visibility::Organizations(visible) if narrowing.is_some() => {
            push_selection(sql, narrowing, filter, range);
            // Behind a `+` a column is looked at, and never looked up.
            let visible = visible.iter().map(OrganizationId::as_str);
            push_in(sql.push(" AND "), "+organization_id", visible);
        }
        // In order by the index as long as it is one organization at a time: their events are merged. Who holds two roles in
        // one sees its events once.
        Visibility::Organizations(visible) => {
            let visible: BTreeSet<&str> = visible.iter().map(OrganizationId::as_str).collect();
            let visible: Vec<&str> = visible.into_iter().collect();
            let mut separator = "";
            for some in visible.chunks(visible.len().div_ceil(MAX_MERGED)) {
                push_selection(sql.push(separator), Some(BY_ORGANIZATION), filter, range);
                push_in(sql.push(" AND "), "organization_id", some.iter().copied());
                separator = " UNION ALL ";
            }
        }
    }
}

const BY_USER: &str = "user_events_user_key";
const BY_ACTOR: &str = "user_events_actor_idx";
const BY_ORGANIZATION: &str = "user_events_organization_idx";

/// The index by which the filter finds the fewest events; none when it is about all of them, which are in order as they are.
fn narrowing_index(filter: &EventFilter) -> Option<&'static str> {
    if filter.user_id.is_some() {
        Some(BY_USER)
    } else if filter.actor.is_some() {
        Some(BY_ACTOR)
    } else {
        filter.organization.is_some().then_some(BY_ORGANIZATION)
    }
}

fn push_selection(
    sql: &mut QueryBuilder<Sqlite>,
    index: Option<&'static str>,
    filter: &EventFilter,
    range: &EventRange,
) {
    let EventFilter {
        visibility: _,
        user_id,
        organization,
        actor,
        kinds,
        after,
        before,
    } = filter;
    sql.push("SELECT ").push(EVENT_COLUMNS).push(" FROM user_events");
    if let Some(index) = index {
        sql.push(" INDEXED BY ").push(index);
    }
    sql.push(" WHERE position > ").push_bind(range.after.as_i64());
    sql.push(" AND position <= ").push_bind(range.up_to.as_i64());
    if let Some(id) = user_id {
        sql.push(" AND user_id = ").push_bind(id.as_str());
    }
    if let Some(id) = actor {
        sql.push(" AND actor_user_id = ").push_bind(id.as_str());
    }
    if let Some(id) = organization {
        sql.push(" AND organization_id = ").push_bind(id.as_str());
    }
    if !kinds.is_empty() {
        sql.push(" AND ");
        push_in(sql, "kind", kinds.iter().map(|name| name.as_str()));
    }
    if let Some(after) = after {
        sql.push(" AND occurred_at > ").push_bind(after.unix_microseconds());
    }
    if let Some(before) = before {
        sql.push(" AND occurred_at < ").push_bind(before.unix_microseconds());
    }
}
