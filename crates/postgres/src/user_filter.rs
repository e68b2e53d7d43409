//! The conditions of a search in SQL. Texts of callers are bound, never part of the SQL, and no operator sees a pattern in
//! them. Every condition is true or false, never unknown, so that `NOT` does what it says.

use std::fmt::Arguments;

use sqlx::{Postgres, QueryBuilder};
use unlockd_application::ports::{TextMatch, TextMethod, TimeRange, UserFilter};
use unlockd_domain::{LockCause, Timestamp, UsernameKey};

/// How many conditions on usernames the planner may make joins of: more of them take it seconds, whatever there is to find.
const MAX_JOINED: usize = 8;

/// What the planner makes of the conditions on usernames.
#[derive(Clone, Copy)]
enum Subqueries {
    /// Joins, which begin with the names where that finds less.
    Joined,
    /// What each row of `users` is looked up in.
    Apart,
}

/// What conditions depend on beside the row.
#[derive(Clone, Copy)]
struct Context {
    now: Timestamp,
    subqueries: Subqueries,
}

/// A condition on a row of `users` at this moment, in parentheses where it needs them. States and causes are part of the text:
/// the planner has to see them to know that a partial index will do.
pub(crate) fn push_filter(sql: &mut QueryBuilder<Postgres>, filter: &UserFilter, now: Timestamp) {
    let subqueries = if usernames(filter) > MAX_JOINED {
        Subqueries::Apart
    } else {
        Subqueries::Joined
    };
    push_condition(sql, filter, Context { now, subqueries });
}

/// Whether the condition may leave a few of many: it is about more than organizations and who is active.
pub(crate) fn narrows(filter: &UserFilter) -> bool {
    match filter {
        UserFilter::And(filters) | UserFilter::Or(filters) => filters.iter().any(narrows),
        UserFilter::UserId(_)
        | UserFilter::Username { .. }
        | UserFilter::Deleted
        | UserFilter::Locked
        | UserFilter::LockCause(_)
        | UserFilter::LockedSince(_)
        | UserFilter::LockedUntil(_) => true,
        UserFilter::Not(_) | UserFilter::OrganizationId(_) | UserFilter::Active | UserFilter::Inactive => false,
    }
}

/// How many conditions are about usernames.
fn usernames(filter: &UserFilter) -> usize {
    match filter {
        UserFilter::And(filters) | UserFilter::Or(filters) => filters.iter().map(usernames).sum(),
        UserFilter::Not(filter) => usernames(filter),
        UserFilter::Username { .. } => 1,
        UserFilter::UserId(_)
        | UserFilter::OrganizationId(_)
        | UserFilter::Active
        | UserFilter::Inactive
        | UserFilter::Locked
        | UserFilter::Deleted
        | UserFilter::LockCause(_)
        | UserFilter::LockedSince(_)
        | UserFilter::LockedUntil(_) => 0,
    }
}

fn push_condition(sql: &mut QueryBuilder<Postgres>, filter: &UserFilter, context: Context) {
    match filter {
        UserFilter::And(filters) => push_joined(sql, filters, context, " AND ", "true"),
        UserFilter::Or(filters) => push_joined(sql, filters, context, " OR ", "false"),
        UserFilter::Not(filter) => {
            sql.push("NOT (");
            push_condition(sql, filter, context);
            sql.push(")");
        }
        UserFilter::UserId(text) => push_id(sql, "id", text),
        UserFilter::OrganizationId(text) => push_id(sql, "organization_id", text),
        UserFilter::Username {
            text,
            key,
            organization_specific_only,
        } => push_username(sql, text, key, *organization_specific_only, context.subqueries),
        UserFilter::Active => {
            sql.push("(state = 'active' OR ");
            push_expired_lock(sql, context.now);
            sql.push(")");
        }
        UserFilter::Inactive => {
            sql.push("state = 'inactive'");
        }
        UserFilter::Deleted => {
            sql.push("state = 'deleted'");
        }
        UserFilter::Locked => push_lock(sql, context.now, |_| {}),
        UserFilter::LockCause(cause) => push_lock(sql, context.now, |sql| {
            sql.push(match cause {
                LockCause::Operator => " AND lock_cause = 'operator'",
                LockCause::Policy => " AND lock_cause = 'policy'",
            });
        }),
        UserFilter::LockedSince(range) => push_lock(sql, context.now, |sql| push_range(sql, "lock_since", *range)),
        UserFilter::LockedUntil(range) => push_lock(sql, context.now, |sql| push_range(sql, "lock_until", *range)),
    }
}

/// The user is locked at this moment, and more holds of the lock.
fn push_lock(sql: &mut QueryBuilder<Postgres>, now: Timestamp, push_more: impl FnOnce(&mut QueryBuilder<Postgres>)) {
    sql.push("(state = 'locked' AND (lock_until IS NULL OR lock_until > ")
        .push_bind(now.date_time())
        .push(")");
    push_more(sql);
    sql.push(")");
}

/// The user's lock is over at this moment, so that they are active.
pub(crate) fn push_expired_lock(sql: &mut QueryBuilder<Postgres>, now: Timestamp) {
    sql.push("(state = 'locked' AND lock_until IS NOT NULL AND lock_until <= ")
        .push_bind(now.date_time())
        .push(")");
}

fn push_joined(
    sql: &mut QueryBuilder<Postgres>,
    filters: &[UserFilter],
    context: Context,
    operator: &str,
    empty: &str,
) {
    let [first, others @ ..] = filters else {
        sql.push(empty);
        return;
    };
    sql.push("(");
    push_condition(sql, first, context);
    for filter in others {
        sql.push(operator);
        push_condition(sql, filter, context);
    }
    sql.push(")");
}

/// Ids have the "C" collation, in which `lower` knows the 26 Latin letters only.
fn push_id(sql: &mut QueryBuilder<Postgres>, column: &'static str, TextMatch { method, text }: &TextMatch) {
    if method.ignores_case() {
        push_text(
            sql,
            format_args!("lower({column})"),
            *method,
            &text.to_ascii_lowercase(),
        );
    } else {
        push_text(sql, format_args!("{column}"), *method, text);
    }
}

fn push_username(
    sql: &mut QueryBuilder<Postgres>,
    TextMatch { method, text }: &TextMatch,
    key: &UsernameKey,
    organization_specific_only: bool,
    subqueries: Subqueries,
) {
    sql.push("(id IN (SELECT user_id FROM usernames WHERE ");
    if method.ignores_case() {
        push_text(sql, format_args!("key"), *method, key.as_str());
    } else {
        push_text(sql, format_args!("name COLLATE \"C\""), *method, text);
    }
    if *method == TextMethod::Equals {
        // The same name has the same key, and keys have an index.
        sql.push(" AND key = ").push_bind(key.as_str());
    }
    if organization_specific_only {
        sql.push(" AND organization_id IS NOT NULL");
    }
    sql.push(match subqueries {
        Subqueries::Joined => "))",
        Subqueries::Apart => ") IS TRUE)",
    });
}

/// Compares byte by byte; the column has the "C" collation.
fn push_text(sql: &mut QueryBuilder<Postgres>, column: Arguments<'_>, method: TextMethod, text: &str) {
    match method {
        TextMethod::Equals | TextMethod::EqualsIgnoreCase => {
            sql.push(column).push(" = ").push_bind(text);
        }
        // As a range, for which an index will do.
        TextMethod::StartsWith | TextMethod::StartsWithIgnoreCase => {
            sql.push(format_args!("({column} >= ")).push_bind(text);
            if let Some(successor) = successor(text) {
                sql.push(format_args!(" AND {column} < ")).push_bind(successor);
            }
            sql.push(")");
        }
        TextMethod::Contains | TextMethod::ContainsIgnoreCase => {
            sql.push(format_args!("strpos({column}, "))
                .push_bind(text)
                .push(") > 0");
        }
        TextMethod::EndsWith | TextMethod::EndsWithIgnoreCase => {
            sql.push(format_args!("right({column}, length("))
                .push_bind(text)
                .push(")) = ")
                .push_bind(text);
        }
    }
}

/// The least text behind all that begin with the prefix, byte by byte. There is none behind a prefix of nothing but the last
/// character there is.
fn successor(prefix: &str) -> Option<String> {
    let kept = prefix.trim_end_matches(char::MAX);
    let last = kept.chars().next_back()?;
    // Ranges of characters know of the gap where surrogates are.
    let next = (last..=char::MAX).nth(1)?;
    let mut successor = kept[..kept.len() - last.len_utf8()].to_owned();
    successor.push(next);
    Some(successor)
}

/// A moment of a lock, which not every lock has.
fn push_range(sql: &mut QueryBuilder<Postgres>, column: &'static str, TimeRange { after, before }: TimeRange) {
    sql.push(format_args!(" AND {column} IS NOT NULL"));
    if let Some(after) = after {
        sql.push(format_args!(" AND {column} > ")).push_bind(after.date_time());
    }
    if let Some(before) = before {
        sql.push(format_args!(" AND {column} < ")).push_bind(before.date_time());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_is_behind_every_text_that_begins_with_the_prefix_and_before_every_other() {
        for (prefix, expected) in [
            ("a", Some("b")),
            ("az", Some("a{")),
            ("\u{7F}", Some("\u{80}")),
            ("é", Some("ê")),
            ("a\u{D7FF}", Some("a\u{E000}")),
            ("a\u{10FFFF}\u{10FFFF}", Some("b")),
            ("\u{10FFFF}", None),
            ("", None),
        ] {
            assert_eq!(successor(prefix).as_deref(), expected, "{prefix:?}");
        }
    }
}
