//! Changes that are written many at a time. Values are always bound.

use std::collections::HashSet;
use std::iter;

use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use unlockd_application::idempotency::IdempotencyKey;
use unlockd_application::ports::StoreError;
use unlockd_domain::{Sequence, UserId};

use super::commits::Commit;
use super::history::EventColumns;
use super::user_row::StateColumns;
use crate::error::{corrupt, store_error};

/// Those that may be written by one statement: they edit no profile, and no two of them have a key in common.
pub(super) fn select_plain(commits: &[Commit]) -> Vec<&Commit> {
    let mut keys = HashSet::new();
    commits
        .iter()
        .filter(|commit| commit.change.profile_edit().is_none())
        .filter(|commit| key(commit).is_none_or(|key| keys.insert(key)))
        .collect()
}

/// Writes those of the changes, each of another user, that nothing is in the way of, and answers whose they are. What becomes
/// of the others is to be seen one by one; so it is for owners of the instance who are taken out of service, of whom one must
/// remain.
pub(super) async fn write_plain(
    connection: &mut SqliteConnection,
    commits: &[&Commit],
) -> Result<HashSet<String>, StoreError> {
    if commits.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = QueryBuilder::new("");
    push_update(&mut sql, commits);
    let update = sql.build_query_scalar::<String>();
    let written = update.fetch_all(&mut *connection).await.map_err(store_error)?;
    let written = HashSet::from_iter(written);
    let is_written = |commit: &&&Commit| written.contains(commit.change.user().id().as_str());
    insert_events(connection, commits.iter().filter(is_written).copied()).await?;
    Ok(written)
}

/// The statement that writes states, and answers with the ids of whom it has written.
pub(super) fn push_update(sql: &mut QueryBuilder<Sqlite>, commits: &[&Commit]) {
    sql.push(
        "WITH changes (id, expected, state, sequence, password_failures, policy_locks, failures_forgotten_at,
                       lock_since, lock_cause, lock_by, lock_reason, lock_until, lock_scope, changed_at,
                       ends_activity, actor, idempotency_key) AS (",
    );
    push_rows(sql, commits, UPDATE_COLUMNS, |row, commit| {
        let (change, columns) = (&commit.change, StateColumns::of(commit.change.user()));
        row.push_bind(change.user().id().as_str())
            .push_bind(change.expected_sequence().map(Sequence::as_i64))
            .push_bind(columns.state)
            .push_bind(columns.sequence)
            .push_bind(columns.password_failures)
            .push_bind(columns.policy_locks)
            .push_bind(columns.failures_forgotten_at)
            .push_bind(columns.lock_since)
            .push_bind(columns.lock_cause)
            .push_bind(columns.lock_by)
            .push_bind(columns.lock_reason)
            .push_bind(columns.lock_until)
            .push_bind(columns.lock_scope)
            .push_bind(columns.changed_at)
            .push_bind(change.ends_activity())
            .push_bind(change.event().actor.user_id().map(UserId::as_str))
            .push_bind(key(commit).map(|(_, key)| key.as_str()));
    });
    sql.push(
        ")
        UPDATE users
        SET state = changes.state, sequence = changes.sequence, password_failures = changes.password_failures,
            policy_locks = changes.policy_locks, failures_forgotten_at = changes.failures_forgotten_at,
            lock_since = changes.lock_since, lock_cause = changes.lock_cause, lock_by = changes.lock_by,
            lock_reason = changes.lock_reason, lock_until = changes.lock_until, lock_scope = changes.lock_scope,
            changed_at = changes.changed_at
        FROM changes
        WHERE users.id = changes.id AND users.sequence = changes.expected
          AND NOT (changes.ends_activity AND users.instance_owner = 1)
          AND NOT EXISTS (
              SELECT 1 FROM user_events AS other
              WHERE other.actor_user_id = changes.actor AND other.idempotency_key = changes.idempotency_key
          )
        RETURNING users.id",
    );
}

/// Appends the events to their histories, behind all that there are, in the order of the changes.
async fn insert_events(
    connection: &mut SqliteConnection,
    commits: impl Iterator<Item = &Commit>,
) -> Result<(), StoreError> {
    let events: Vec<EventColumns<'_>> = commits.flat_map(event_columns).collect();
    if events.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::new("");
    push_insert(&mut sql, &events);
    let result = sql.build().execute(connection).await.map_err(store_error)?;
    if result.rows_affected() == events.len() as u64 {
        Ok(())
    } else {
        Err(corrupt("not as many events were written as there are"))
    }
}

/// The statement that appends events.
fn push_insert(sql: &mut QueryBuilder<Sqlite>, events: &[EventColumns<'_>]) {
    sql.push(
        "WITH events (number, user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                      reason, lock_cause, lock_until, lock_scope, unlock_cause, counts_until, role, role_organization_id,
                      idempotency_key, request_digest) AS (",
    );
    let mut number = 0_i64;
    push_rows(sql, events, INSERT_COLUMNS, |row, event| {
        number += 1;
        row.push_bind(number)
            .push_bind(event.user_id)
            .push_bind(event.sequence)
            .push_bind(event.kind)
            .push_bind(event.organization_id)
            .push_bind(event.actor_user_id)
            .push_bind(event.occurred_at)
            .push_bind(event.source)
            .push_bind(event.reason)
            .push_bind(event.lock_cause)
            .push_bind(event.lock_until)
            .push_bind(event.lock_scope)
            .push_bind(event.unlock_cause)
            .push_bind(event.counts_until)
            .push_bind(event.role)
            .push_bind(event.role_organization_id)
            .push_bind(event.idempotency_key)
            .push_bind(event.request_digest);
    });
    // SQLite sets rows aside that come of the table that they go to: the last position is that of before.
    sql.push(
        ")
        INSERT INTO user_events (position, user_id, sequence, kind, organization_id, actor_user_id, occurred_at, source,
                                 reason, lock_cause, lock_until, lock_scope, unlock_cause, counts_until, role, role_organization_id,
                                 idempotency_key, request_digest)
        SELECT (SELECT coalesce(max(position), 0) FROM user_events) + number, user_id, sequence, kind, organization_id,
               actor_user_id, occurred_at, source, reason, lock_cause, lock_until, lock_scope, unlock_cause, counts_until,
               role, role_organization_id, idempotency_key, request_digest
        FROM events WHERE number IS NOT NULL",
    );
}

const UPDATE_COLUMNS: usize = 17;
const INSERT_COLUMNS: usize = 18;

/// The rows, and as many empty ones as make their number a power of two: so there are few enough statements to be kept
/// prepared, which saves more than half of their time.
fn push_rows<T>(
    sql: &mut QueryBuilder<Sqlite>,
    rows: &[T],
    columns: usize,
    mut push_row: impl FnMut(&mut Separated<'_, Sqlite, &'static str>, &T),
) {
    let empty = rows.len().next_power_of_two() - rows.len();
    let rows = rows.iter().map(Some).chain(iter::repeat_with(|| None).take(empty));
    sql.push_values(rows, |mut values, row| match row {
        Some(row) => push_row(&mut values, row),
        None => {
            for _ in 0..columns {
                values.push_bind(None::<i64>);
            }
        }
    });
}

fn event_columns(commit: &Commit) -> impl Iterator<Item = EventColumns<'_>> {
    let last = commit.change.event().sequence;
    commit.change.events().map(move |event| {
        let request = commit.request.as_ref().filter(|_| event.sequence == last);
        EventColumns::of(event, request)
    })
}

/// What the request goes by, if it is to be remembered: its key is one of its caller's.
fn key(commit: &Commit) -> Option<(Option<&UserId>, &IdempotencyKey)> {
    let caller = commit.change.event().actor.user_id();
    commit.request.as_ref().map(|request| (caller, &request.key))
}
