use sqlx::{QueryBuilder, Sqlite};
use unlockd_application::ports::{SessionQuery, SessionVisibility, SortDirection};
use unlockd_domain::{OrganizationId, SessionId, UserId};

use super::session_row::SESSION_COLUMNS;
use crate::conditions::push_in;

/// How many sessions fit.
pub(crate) fn push_total(sql: &mut QueryBuilder<Sqlite>, query: &SessionQuery) {
    sql.push("SELECT count(*) FROM sessions WHERE ");
    push_which(sql, query);
}

/// Those within limit and offset, in order.
pub(crate) fn push_page(sql: &mut QueryBuilder<Sqlite>, query: &SessionQuery) {
    sql.push("SELECT ").push(SESSION_COLUMNS).push(" FROM sessions WHERE ");
    push_which(sql, query);
    let direction = match query.direction {
        SortDirection::Ascending => "",
        SortDirection::Descending => " DESC",
    };
    // The order of an index is no help to whoever does not read all sessions by it: the `+` hides it.
    let created_at = match finding(query) {
        Finding::All | Finding::ByUser => "created_at",
        Finding::ByIds | Finding::ByVisibility => "+created_at",
    };
    sql.push(" ORDER BY ").push(created_at).push(direction);
    sql.push(", id").push(direction);
    sql.push(" LIMIT ").push_bind(query.limit);
    // More than a signed number holds is behind all sessions in any case.
    sql.push(" OFFSET ")
        .push_bind(i64::try_from(query.offset).unwrap_or(i64::MAX));
}

/// What sessions are found by. SQLite knows nothing about how many there are of what, so each statement leaves it one index
/// to use: the columns of all others stand behind a `+`.
enum Finding {
    All,
    ByIds,
    ByUser,
    ByVisibility,
}

fn finding(query: &SessionQuery) -> Finding {
    match (&query.ids, &query.user_id, &query.visibility) {
        (Some(_), _, _) => Finding::ByIds,
        (None, Some(_), _) => Finding::ByUser,
        (None, None, SessionVisibility::Restricted { .. }) => Finding::ByVisibility,
        (None, None, SessionVisibility::Instance) => Finding::All,
    }
}

fn push_which(sql: &mut QueryBuilder<Sqlite>, query: &SessionQuery) {
    sql.push("(expires_at IS NULL OR expires_at > ")
        .push_bind(query.now.unix_microseconds())
        .push(")");
    if let Some(ids) = &query.ids {
        push_in(sql.push(" AND "), "id", ids.iter().map(SessionId::as_str));
    }
    if let Some(user_id) = &query.user_id {
        let column = if query.ids.is_some() { "+user_id" } else { "user_id" };
        sql.push(" AND ").push(column).push(" = ").push_bind(user_id.as_str());
    }
    if let SessionVisibility::Restricted {
        organizations,
        user_id,
        fingerprint_id,
    } = &query.visibility
    {
        let visible = Visible {
            organizations,
            user_id,
            fingerprint_id: fingerprint_id.as_deref(),
        };
        match finding(query) {
            Finding::ByVisibility => visible.push_ids(sql.push(" AND ")),
            Finding::All | Finding::ByIds | Finding::ByUser => visible.push_condition(sql.push(" AND ")),
        }
    }
}

/// The parts of [`SessionVisibility::Restricted`].
struct Visible<'a> {
    organizations: &'a [OrganizationId],
    user_id: &'a UserId,
    fingerprint_id: Option<&'a str>,
}

impl Visible<'_> {
    /// The session is one of those that each part finds by an index of its own.
    fn push_ids(&self, sql: &mut QueryBuilder<Sqlite>) {
        const UNION: &str = " UNION SELECT id FROM sessions WHERE ";
        let id = self.user_id.as_str();
        sql.push("id IN (SELECT id FROM sessions WHERE creator_user_id = ")
            .push_bind(id);
        sql.push(UNION).push("user_id = ").push_bind(id);
        if !self.organizations.is_empty() {
            let organizations = self.organizations.iter().map(OrganizationId::as_str);
            push_in(sql.push(UNION), "organization_id", organizations);
        }
        if let Some(fingerprint_id) = self.fingerprint_id {
            sql.push(UNION).push("fingerprint_id = ").push_bind(fingerprint_id);
        }
        sql.push(")");
    }

    /// Looked at for each session that another condition finds.
    fn push_condition(&self, sql: &mut QueryBuilder<Sqlite>) {
        let id = self.user_id.as_str();
        sql.push("(+creator_user_id = ").push_bind(id);
        sql.push(" OR +user_id = ").push_bind(id);
        if !self.organizations.is_empty() {
            let organizations = self.organizations.iter().map(OrganizationId::as_str);
            push_in(sql.push(" OR "), "+organization_id", organizations);
        }
        if let Some(fingerprint_id) = self.fingerprint_id {
            sql.push(" OR +fingerprint_id = ").push_bind(fingerprint_id);
        }
        sql.push(")");
    }
}
