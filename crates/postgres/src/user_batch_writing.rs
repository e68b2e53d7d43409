//! The statement that writes many changes, each of another user.

use std::collections::HashSet;

use sqlx::Error;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_domain::{Timestamp, UserId, UserRecord};

use crate::batches::PendingCommit;
use crate::user_event_columns::{UserEventColumns, recorded};
use crate::user_state_columns::UserStateColumns;
use crate::user_writing::Owners;

/// Writes each user after their change and appends its events, if the stored user's sequence is still the expected one;
/// answers whose it was. It does for many what [`user_writing::change`](crate::user_writing::change) does for one.
///
/// Users are changed in the order of their ids: two batches wait for each other in one direction only. (The rows are looked up
/// one by one as they are given. Where PostgreSQL takes another way, because all users fit into a page, two batches may hold each
/// other up until their time for locks is over; then everybody in them goes alone.)
pub(crate) async fn change(
    connection: &mut PgConnection,
    commits: &[&PendingCommit],
) -> Result<HashSet<String>, Error> {
    let mut commits = commits.to_vec();
    commits.sort_unstable_by(|one, other| one.change.user().id().as_str().cmp(other.change.user().id().as_str()));
    let (users, failures) = (Column(&commits), FailureColumns::of(&commits));
    let states: Vec<_> = users.of(|commit| UserStateColumns::of(&record(commit).state));
    let events = UserEventColumns::of(&users.of(|commit| &commit.change));
    let requests = request_columns(&commits);
    let written = sqlx::query_scalar!(
        r#"WITH changed AS (
               UPDATE users
               SET state = given.state, sequence = given.sequence, changed_at = given.changed_at,
                   lock_since = given.lock_since, lock_cause = given.lock_cause, lock_by = given.lock_by,
                   lock_reason = given.lock_reason, lock_until = given.lock_until, lock_scope = given.lock_scope,
                   password_failures = ($16::timestamptz[])[given.first_failure:given.last_failure],
                   policy_locks = given.policy_locks, failures_forgotten_at = given.failures_forgotten_at
               FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::text[], $5::bigint[], $6::timestamptz[],
                           $7::timestamptz[], $8::text[], $9::text[], $10::text[], $11::timestamptz[],
                           $12::integer[], $13::integer[], $14::bigint[], $15::timestamptz[], $32::text[])
                    AS given (id, expected_sequence, spares_owners, state, sequence, changed_at,
                              lock_since, lock_cause, lock_by, lock_reason, lock_until,
                              first_failure, last_failure, policy_locks, failures_forgotten_at, lock_scope)
               WHERE users.id = given.id AND users.sequence = given.expected_sequence
                 AND NOT (users.instance_owner AND given.spares_owners)
               RETURNING users.id, users.organization_id
           ), appended AS (
               INSERT INTO user_events (user_id, organization_id, sequence, kind, actor_user_id, occurred_at, source, reason,
                                        lock_cause, lock_until, lock_scope, unlock_cause, counts_until, role,
                                        role_organization_id, idempotency_key, request_digest)
               SELECT changed.id, changed.organization_id, event.sequence, event.kind, event.actor_user_id,
                      event.occurred_at, event.source, event.reason, event.lock_cause, event.lock_until, event.lock_scope,
                      event.unlock_cause, event.counts_until, event.role, event.role_organization_id,
                      event.idempotency_key, event.request_digest
               FROM unnest($17::text[], $18::bigint[], $19::text[], $20::text[], $21::timestamptz[], $22::text[],
                           $23::text[], $24::text[], $25::timestamptz[], $26::text[], $27::timestamptz[],
                           $28::text[], $29::text[], $30::text[], $31::bytea[], $33::text[])
                    AS event (user_id, sequence, kind, actor_user_id, occurred_at, source,
                              reason, lock_cause, lock_until, unlock_cause, counts_until, role, role_organization_id,
                              idempotency_key, request_digest, lock_scope)
               JOIN changed ON changed.id = event.user_id
               ORDER BY event.user_id, event.sequence
           )
           SELECT id AS "id!" FROM changed"#,
        &users.of(|commit| record(commit).id.as_str()) as &[&str],
        &users.of(|commit| commit.expected.as_i64()),
        &users.of(|commit| commit.owners() == Owners::Spared),
        &states.iter().map(|state| state.name).collect::<Vec<_>>() as &[&str],
        &users.of(|commit| record(commit).sequence.as_i64()),
        &users.of(|commit| record(commit).changed_at.date_time()),
        &states.iter().map(UserStateColumns::lock_since).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &states.iter().map(UserStateColumns::lock_cause).collect::<Vec<_>>() as &[Option<&str>],
        &states.iter().map(UserStateColumns::lock_by).collect::<Vec<_>>() as &[Option<&str>],
        &states.iter().map(UserStateColumns::lock_reason).collect::<Vec<_>>() as &[Option<&str>],
        &states.iter().map(UserStateColumns::lock_until).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &failures.first,
        &failures.last,
        &users.of(|commit| i64::from(record(commit).policy_locks)),
        &users.of(|commit| record(commit).failures_forgotten_at.map(Timestamp::date_time)) as &[Option<OffsetDateTime>],
        &failures.until,
        &requests.user_id as &[&str],
        &events.sequence,
        &events.kind as &[&str],
        &events.actor_user_id as &[Option<&str>],
        &events.occurred_at,
        &events.source as &[Option<&str>],
        &events.reason as &[Option<&str>],
        &events.lock_cause as &[Option<&str>],
        &events.lock_until as &[Option<OffsetDateTime>],
        &events.unlock_cause as &[Option<&str>],
        &events.counts_until as &[Option<OffsetDateTime>],
        &events.role as &[Option<&str>],
        &events.role_organization_id as &[Option<&str>],
        &requests.key as &[Option<&str>],
        &requests.digest as &[Option<&[u8]>],
        &states.iter().map(UserStateColumns::lock_scope).collect::<Vec<_>>() as &[Option<&str>],
        &events.lock_scope as &[Option<&str>],
    )
    .fetch_all(connection)
    .await?;
    Ok(written.into_iter().collect())
}

fn record(commit: &PendingCommit) -> &UserRecord {
    commit.change.user().record()
}

/// A column of what is given for each user.
struct Column<'a>(&'a [&'a PendingCommit]);

impl<'a> Column<'a> {
    fn of<T>(&self, value: impl Fn(&'a PendingCommit) -> T) -> Vec<T> {
        self.0.iter().copied().map(value).collect()
    }
}

/// The failures of all users, one behind the other, and which of them are whose: PostgreSQL's arrays do not hold arrays of
/// different lengths. Those of a user without any end before they begin.
struct FailureColumns {
    until: Vec<OffsetDateTime>,
    first: Vec<i32>,
    last: Vec<i32>,
}

impl FailureColumns {
    fn of(commits: &[&PendingCommit]) -> Self {
        let mut columns = Self {
            until: Vec::new(),
            first: Vec::with_capacity(commits.len()),
            last: Vec::with_capacity(commits.len()),
        };
        let mut total = 0;
        for commit in commits {
            columns.first.push(total + 1);
            for until in &record(commit).password_failures {
                columns.until.push(until.date_time());
                total += 1;
            }
            columns.last.push(total);
        }
        columns
    }
}

/// What the events have beside [`UserEventColumns`]: whose they are, and the request that led to them.
#[derive(Default)]
struct RequestColumns<'a> {
    user_id: Vec<&'a str>,
    key: Vec<Option<&'a str>>,
    digest: Vec<Option<&'a [u8]>>,
}

fn request_columns<'a>(commits: &[&'a PendingCommit]) -> RequestColumns<'a> {
    let mut columns = RequestColumns::default();
    for PendingCommit { change, request, .. } in commits {
        let request: Option<&IdempotentRequest> = recorded(change, request.as_ref());
        for event in change.events() {
            let its_request = request.filter(|_| event.sequence == change.event().sequence);
            columns.user_id.push(UserId::as_str(&event.user_id));
            columns.key.push(its_request.map(|request| request.key.as_str()));
            columns.digest.push(its_request.map(|request| &request.digest.0[..]));
        }
    }
    columns
}
