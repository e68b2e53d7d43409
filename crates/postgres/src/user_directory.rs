use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Error, Postgres, QueryBuilder};
use tracing::instrument;
use unlockd_application::ports::{SortDirection, StoreError, UserDirectory, UserOrder, UserPage, UserQuery};

use crate::error::corrupt;
use crate::store::PostgresStore;
use crate::user_filter::{push_expired_lock, push_filter};
use crate::user_profiles;
use crate::visibility::push_visibility;

/// Everything is read as it was at the first statement.
pub(crate) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

#[async_trait]
impl UserDirectory for PostgresStore {
    #[instrument(name = "postgres.user_directory.search", skip_all)]
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
        push_page(&mut page, query);
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

/// The query for the ids of the users within limit and offset, in their order.
pub(crate) fn push_page(sql: &mut QueryBuilder<Postgres>, query: &UserQuery) {
    sql.push("SELECT id FROM users WHERE ");
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
