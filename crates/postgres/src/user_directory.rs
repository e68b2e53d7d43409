use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error, Postgres, QueryBuilder};
use tracing::instrument;
use unlockd_application::ports::{SortDirection, StoreError, UserDirectory, UserOrder, UserPage, UserQuery};

use crate::error::corrupt;
use crate::store::PostgresStore;
use crate::user_filter::{narrows, push_expired_lock, push_filter};
use crate::user_profiles;
use crate::visibility::push_visibility;

/// Everything is read as it was at the first statement.
pub(crate) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// Sorting so many takes tens of milliseconds. Of more than these, enough for a page are close together in the order of creation.
const FEW: u64 = 10_000;

/// Users as seen from their first events, which are in the order of creation. The organization is the event's, so that the
/// index knows it; they never differ. All that conditions ask for is here, under the names it has in `users`.
const USERS_BY_CREATION: &str = "(SELECT users.id, creation.organization_id, creation.occurred_at AS created_at, users.state, \
     users.lock_since, users.lock_cause, users.lock_until FROM user_events AS creation \
     JOIN users ON users.id = creation.user_id WHERE creation.kind = 'user.created') AS users";

#[async_trait]
impl UserDirectory for PostgresStore {
    #[instrument(level = "debug", name = "postgres.user_directory.search", skip_all)]
    async fn search(&self, query: &UserQuery) -> Result<UserPage, StoreError> {
        self.read(|attempt| Box::pin(search(attempt.connection, query))).await
    }
}

/// Statements are not kept: there are as many as there are filters, and each is planned best for its values.
async fn search(connection: &mut PgConnection, query: &UserQuery) -> Result<UserPage, Error> {
    let mut snapshot = connection.begin_with(BEGIN_SNAPSHOT).await?;
    let mut count = QueryBuilder::new("");
    push_count(&mut count, query);
    let total: i64 = count
        .build_query_scalar()
        .persistent(false)
        .fetch_one(&mut *snapshot)
        .await?;
    let total = u64::try_from(total).map_err(corrupt)?;
    let mut users = Vec::new();
    if query.offset < total {
        let mut page = QueryBuilder::new("");
        push_page(&mut page, query, total);
        let ids: Vec<String> = page
            .build_query_scalar()
            .persistent(false)
            .fetch_all(&mut *snapshot)
            .await?;
        users = user_profiles::find(&mut snapshot, &ids).await?;
    }
    snapshot.commit().await?;
    Ok(UserPage { total, users })
}

/// The query for how many users there are to be found.
pub(crate) fn push_count(sql: &mut QueryBuilder<Postgres>, query: &UserQuery) {
    sql.push("SELECT count(*) FROM users WHERE ");
    push_conditions(sql, query);
}

/// The query for the ids of the users within limit and offset, in their order, of so many in all.
pub(crate) fn push_page(sql: &mut QueryBuilder<Postgres>, query: &UserQuery, total: u64) {
    // A few of many are found by what makes them few, and sorted. The planner may rather go through all creations for them.
    let is_sorted = total <= FEW && narrows(&query.filter);
    let users = if query.order == UserOrder::CreationDate && !is_sorted {
        USERS_BY_CREATION
    } else {
        "users"
    };
    sql.push(format_args!("SELECT id FROM {users} WHERE "));
    push_conditions(sql, query);
    let direction = match query.direction {
        SortDirection::Ascending => "ASC",
        SortDirection::Descending => "DESC",
    };
    sql.push(" ORDER BY ");
    push_order(sql, query);
    if query.order != UserOrder::Id {
        sql.push(format_args!(" {direction}, "));
    }
    sql.push(format_args!("id {direction} LIMIT "))
        .push_bind(i64::from(query.limit))
        .push(" OFFSET ")
        .push_bind(i64::try_from(query.offset).unwrap_or(i64::MAX));
}

fn push_conditions(sql: &mut QueryBuilder<Postgres>, query: &UserQuery) {
    push_visibility(sql, &query.visibility);
    sql.push(" AND state <> 'deleted' AND ");
    push_filter(sql, &query.filter, query.now);
}

/// What goes before the id.
fn push_order(sql: &mut QueryBuilder<Postgres>, query: &UserQuery) {
    match query.order {
        UserOrder::Id => {}
        UserOrder::CreationDate => {
            sql.push("created_at");
        }
        UserOrder::ChangeDate => {
            sql.push("changed_at");
        }
        UserOrder::State => {
            sql.push("CASE WHEN state = 'active' OR ");
            push_expired_lock(sql, query.now);
            sql.push(" THEN 1 WHEN state = 'inactive' THEN 2 WHEN state = 'locked' THEN 4 END");
        }
    }
}
