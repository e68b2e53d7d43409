use sqlx::{QueryBuilder, Sqlite};
use unlockd_application::ports::{TextMatch, TextMethod, TimeRange, UserFilter};
use unlockd_domain::{Timestamp, UsernameKey};

use crate::conditions::push_prefix;

/// Writes conditions on a row of `users` into a statement. Each is true or false, never NULL, so that its negation is right
/// too. No text is ever a pattern.
pub(super) struct UserConditions<'a> {
    pub(super) sql: &'a mut QueryBuilder<Sqlite>,
    /// The column of the owning organization's id.
    pub(super) organization: &'static str,
    /// The present, see [`UserQuery::now`](unlockd_application::ports::UserQuery::now).
    pub(super) now: Timestamp,
}

/// Whether the condition finds users by what they are called, and few of them: by an index on ids or names.
pub(super) fn picks_few(filter: &UserFilter) -> bool {
    match filter {
        UserFilter::And(filters) => filters.iter().any(picks_few),
        UserFilter::Or(filters) => !filters.is_empty() && filters.iter().all(picks_few),
        UserFilter::UserId(text) => match text.method {
            TextMethod::Equals | TextMethod::StartsWith => true,
            TextMethod::EqualsIgnoreCase
            | TextMethod::StartsWithIgnoreCase
            | TextMethod::Contains
            | TextMethod::ContainsIgnoreCase
            | TextMethod::EndsWith
            | TextMethod::EndsWithIgnoreCase => false,
        },
        UserFilter::Username { text, .. } => match text.method {
            TextMethod::Equals | TextMethod::EqualsIgnoreCase | TextMethod::StartsWithIgnoreCase => true,
            TextMethod::StartsWith
            | TextMethod::Contains
            | TextMethod::ContainsIgnoreCase
            | TextMethod::EndsWith
            | TextMethod::EndsWithIgnoreCase => false,
        },
        UserFilter::Not(_)
        | UserFilter::OrganizationId(_)
        | UserFilter::Active
        | UserFilter::Inactive
        | UserFilter::Locked
        | UserFilter::Deleted
        | UserFilter::LockCause(_)
        | UserFilter::LockedSince(_)
        | UserFilter::LockedUntil(_) => false,
    }
}

impl UserConditions<'_> {
    pub(super) fn push(&mut self, filter: &UserFilter) {
        match filter {
            UserFilter::And(filters) => self.push_joined(filters, " AND ", "TRUE"),
            UserFilter::Or(filters) => self.push_joined(filters, " OR ", "FALSE"),
            UserFilter::Not(filter) => {
                self.sql.push("NOT (");
                self.push(filter);
                self.sql.push(")");
            }
            UserFilter::UserId(text) => self.push_id("users.id", "lower(users.id)", text),
            UserFilter::OrganizationId(text) => self.push_id(self.organization, "lower(users.organization_id)", text),
            UserFilter::Username {
                text,
                key,
                organization_specific_only,
            } => self.push_username(text, key, *organization_specific_only),
            UserFilter::Active => {
                self.sql.push("(users.state = 'active' OR ");
                self.push_expired();
                self.sql.push(")");
            }
            UserFilter::Inactive => self.push_text("users.state = 'inactive'"),
            UserFilter::Locked => {
                self.sql.push("(");
                self.push_locked();
                self.sql.push(")");
            }
            UserFilter::Deleted => self.push_text("users.state = 'deleted'"),
            UserFilter::LockCause(cause) => {
                self.sql.push("(");
                self.push_locked();
                self.sql.push(" AND users.lock_cause = ");
                self.sql.push_bind(cause.as_str()).push(")");
            }
            UserFilter::LockedSince(range) => self.push_range("users.lock_since", *range),
            UserFilter::LockedUntil(range) => self.push_range("users.lock_until", *range),
        }
    }

    fn push_text(&mut self, condition: &'static str) {
        self.sql.push(condition);
    }

    /// Locked, by a lock that has not expired.
    fn push_locked(&mut self) {
        self.sql.push("users.state = 'locked' AND NOT ");
        self.push_expired();
    }

    /// Locked, by a lock that has expired. Only who is locked has such a column.
    fn push_expired(&mut self) {
        self.sql.push("coalesce(users.lock_until <= ");
        self.sql.push_bind(self.now.unix_microseconds()).push(", FALSE)");
    }

    fn push_joined(&mut self, filters: &[UserFilter], operator: &'static str, without_any: &'static str) {
        self.sql.push("(");
        let mut separator = "";
        for filter in filters {
            self.sql.push(separator);
            self.push(filter);
            separator = operator;
        }
        self.sql.push(if filters.is_empty() { without_any } else { "" });
        self.sql.push(")");
    }

    /// SQLite's `lower` leaves all but the 26 Latin letters as they are.
    fn push_id(&mut self, column: &'static str, lower: &'static str, text: &TextMatch) {
        if text.method.ignores_case() {
            self.push_comparison(lower, text.method, &text.text.to_ascii_lowercase());
        } else {
            self.push_comparison(column, text.method, &text.text);
        }
    }

    fn push_username(&mut self, text: &TextMatch, key: &UsernameKey, organization_specific_only: bool) {
        self.sql.push("users.id IN (SELECT user_id FROM usernames WHERE ");
        if text.method.ignores_case() {
            self.push_comparison("key", text.method, key.as_str());
        } else {
            self.push_comparison("name", text.method, &text.text);
        }
        if text.method == TextMethod::Equals {
            // Says nothing more, and is what there is an index on.
            self.sql.push(" AND key = ").push_bind(key.as_str());
        }
        if organization_specific_only {
            self.sql.push(" AND organization_id IS NOT NULL");
        }
        self.sql.push(")");
    }

    fn push_comparison(&mut self, column: &'static str, method: TextMethod, text: &str) {
        match method {
            TextMethod::Equals | TextMethod::EqualsIgnoreCase => {
                self.sql.push(column).push(" = ").push_bind(text);
            }
            TextMethod::StartsWith | TextMethod::StartsWithIgnoreCase => push_prefix(self.sql, column, text),
            TextMethod::Contains | TextMethod::ContainsIgnoreCase => {
                self.sql
                    .push("instr(")
                    .push(column)
                    .push(", ")
                    .push_bind(text)
                    .push(") > 0");
            }
            TextMethod::EndsWith | TextMethod::EndsWithIgnoreCase => {
                // From so many characters before the end, so many: fewer when the column is shorter.
                let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
                self.sql.push("substr(").push(column).push(", ").push_bind(-length);
                self.sql.push(", ").push_bind(length).push(") = ").push_bind(text);
            }
        }
    }

    /// Only who is locked has such a column.
    fn push_range(&mut self, column: &'static str, range: TimeRange) {
        self.sql.push("(");
        self.push_locked();
        self.sql.push(" AND ").push(column).push(" IS NOT NULL");
        if let Some(after) = range.after {
            self.sql.push(" AND ").push(column).push(" > ");
            self.sql.push_bind(after.unix_microseconds());
        }
        if let Some(before) = range.before {
            self.sql.push(" AND ").push(column).push(" < ");
            self.sql.push_bind(before.unix_microseconds());
        }
        self.sql.push(")");
    }
}
