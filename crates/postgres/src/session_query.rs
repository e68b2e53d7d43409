//! Lists of sessions, whose conditions are put together when they are asked for.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error, Postgres, QueryBuilder};
use unlockd_application::ports::{SessionPage, SessionQuery, SessionVisibility, SortDirection};
use unlockd_domain::{OrganizationId, Session, SessionId};

use crate::error::corrupt;
use crate::session_row::SessionRow;
use crate::user_directory::BEGIN_SNAPSHOT;

/// The sessions that are asked for. Statements are not kept: there are many, and each is planned best for its values.
pub(crate) async fn list(connection: &mut PgConnection, query: &SessionQuery) -> Result<SessionPage, Error> {
    let mut snapshot = connection.begin_with(BEGIN_SNAPSHOT).await?;
    let mut count = QueryBuilder::new("");
    push_count(&mut count, query);
    let total: i64 = count
        .build_query_scalar()
        .persistent(false)
        .fetch_one(&mut *snapshot)
        .await?;
    let total = u64::try_from(total).map_err(corrupt)?;
    let mut sessions = Vec::new();
    if query.offset < total {
        let mut page = QueryBuilder::new("");
        push_page(&mut page, query);
        let rows: Vec<SessionRow> = page
            .build_query_as()
            .persistent(false)
            .fetch_all(&mut *snapshot)
            .await?;
        sessions = rows.into_iter().map(Session::try_from).collect::<Result<_, Error>>()?;
    }
    snapshot.commit().await?;
    Ok(SessionPage { total, sessions })
}

/// The query for how many sessions there are to be found.
pub(crate) fn push_count(sql: &mut QueryBuilder<Postgres>, query: &SessionQuery) {
    sql.push("SELECT count(*) FROM sessions WHERE ");
    push_conditions(sql, query);
}

/// The query for the sessions within limit and offset, in their order.
pub(crate) fn push_page(sql: &mut QueryBuilder<Postgres>, query: &SessionQuery) {
    sql.push(
        "SELECT id, creator_user_id, identity_user_id, identity_login_name, named_at, user_id, organization_id, \
         password_checked_at, proven_login_name, metadata, fingerprint_id, user_agent, created_at, changed_at, sequence, \
         expires_at, last_request \
         FROM sessions WHERE ",
    );
    push_conditions(sql, query);
    sql.push(match query.direction {
        SortDirection::Ascending => " ORDER BY created_at, id LIMIT ",
        SortDirection::Descending => " ORDER BY created_at DESC, id DESC LIMIT ",
    });
    sql.push_bind(i64::from(query.limit))
        .push(" OFFSET ")
        .push_bind(i64::try_from(query.offset).unwrap_or(i64::MAX));
}

/// Conditions that do not matter are not in it, so that the others find their indexes.
fn push_conditions(sql: &mut QueryBuilder<Postgres>, query: &SessionQuery) {
    sql.push("(expires_at IS NULL OR expires_at > ")
        .push_bind(query.now.date_time())
        .push(")");
    if let Some(ids) = &query.ids {
        let ids: Vec<_> = ids.iter().map(SessionId::as_str).collect();
        sql.push(" AND id = ANY(").push_bind(ids).push(")");
    }
    if let Some(user_id) = &query.user_id {
        sql.push(" AND user_id = ").push_bind(user_id.as_str());
    }
    push_visibility(sql, &query.visibility);
}

fn push_visibility(sql: &mut QueryBuilder<Postgres>, visibility: &SessionVisibility) {
    let (organizations, user_id, fingerprint_id) = match visibility {
        SessionVisibility::Instance => return,
        SessionVisibility::Restricted {
            organizations,
            user_id,
            fingerprint_id,
        } => (organizations, user_id, fingerprint_id),
    };
    sql.push(" AND (creator_user_id = ")
        .push_bind(user_id.as_str())
        .push(" OR user_id = ")
        .push_bind(user_id.as_str());
    if !organizations.is_empty() {
        let ids: Vec<_> = organizations.iter().map(OrganizationId::as_str).collect();
        sql.push(" OR organization_id = ANY(").push_bind(ids).push(")");
    }
    if let Some(fingerprint_id) = fingerprint_id {
        sql.push(" OR fingerprint_id = ").push_bind(fingerprint_id.as_str());
    }
    sql.push(")");
}
