mod user_filter;

use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use tracing::instrument;
use unlockd_application::ports::{
    SortDirection, StoreError, UserDirectory, UserOrder, UserPage, UserQuery, Visibility,
};
use unlockd_domain::OrganizationId;

use self::user_filter::{UserConditions, picks_few};
use crate::SqliteStore;
use crate::conditions::push_in;
use crate::error::{corrupt, store_error};
use crate::user_store::{select_profiles, select_users};

#[async_trait]
impl UserDirectory for SqliteStore {
    #[instrument(level = "debug", name = "sqlite.user_directory.search", skip_all)]
    async fn search(&self, query: &UserQuery) -> Result<UserPage, StoreError> {
        self.in_time(async {
            let mut transaction = self.begin_reading().await?;
            let total: i64 = select_one(&mut transaction, |sql| push_total(sql, query)).await?;
            // Put together by SQLite and taken apart by it again: an array of the ids, in order.
            let ids: String = select_one(&mut transaction, |sql| push_page(sql, query)).await?;
            let users = select_users(&mut transaction, &ids).await?;
            let profiles = select_profiles(&mut transaction, &ids).await?;
            Ok(UserPage {
                total: total.try_into().map_err(corrupt)?,
                users: users.into_iter().zip(profiles).collect(),
            })
        })
        .await
    }
}

/// How many users fit.
pub(crate) fn push_total(sql: &mut QueryBuilder<Sqlite>, query: &UserQuery) {
    sql.push("SELECT count(*) FROM users WHERE ");
    push_who(sql, query);
}

/// The ids of those who fit, within limit and offset, in order, as a JSON array.
pub(crate) fn push_page(sql: &mut QueryBuilder<Sqlite>, query: &UserQuery) {
    sql.push("SELECT json_group_array(id) FROM (SELECT users.id FROM users WHERE ");
    push_who(sql, query);
    let direction = match query.direction {
        SortDirection::Ascending => "",
        SortDirection::Descending => " DESC",
    };
    sql.push(" ORDER BY ");
    match query.order {
        UserOrder::Id => {}
        UserOrder::CreationDate => {
            sql.push("users.created_at").push(direction).push(", ");
        }
        UserOrder::ChangeDate => {
            sql.push("users.changed_at").push(direction).push(", ");
        }
        // The names are in the order of the wire's numbers. Only who is locked has `lock_until`.
        UserOrder::State => {
            sql.push("CASE WHEN users.lock_until <= ")
                .push_bind(query.now.unix_microseconds());
            sql.push(" THEN 'active' ELSE users.state END")
                .push(direction)
                .push(", ");
        }
    }
    sql.push("users.id").push(direction);
    sql.push(" LIMIT ").push_bind(query.limit);
    // More than a signed number holds is behind all users in any case.
    sql.push(" OFFSET ")
        .push_bind(i64::try_from(query.offset).unwrap_or(i64::MAX));
    sql.push(")");
}

/// The condition on those who are found.
fn push_who(sql: &mut QueryBuilder<Sqlite>, query: &UserQuery) {
    // SQLite knows nothing about how many users an organization has, and takes it for fewer than a name finds. The `+` hides
    // the column from it where another condition finds users at once.
    let organization = if picks_few(&query.filter) {
        "+users.organization_id"
    } else {
        "users.organization_id"
    };
    sql.push("users.state <> 'deleted'");
    match &query.visibility {
        Visibility::Instance => {}
        Visibility::Organizations(visible) => {
            push_in(
                sql.push(" AND "),
                organization,
                visible.iter().map(OrganizationId::as_str),
            );
        }
    }
    sql.push(" AND ");
    let now = query.now;
    UserConditions { sql, organization, now }.push(&query.filter);
}

/// The only value of a statement. It is not kept prepared: there are too many kinds of them.
async fn select_one<T>(
    connection: &mut SqliteConnection,
    push: impl FnOnce(&mut QueryBuilder<Sqlite>),
) -> Result<T, StoreError>
where
    T: Send + Unpin,
    (T,): for<'row> sqlx::FromRow<'row, sqlx::sqlite::SqliteRow>,
{
    let mut sql = QueryBuilder::new("");
    push(&mut sql);
    let query = sql.build_query_scalar::<T>().persistent(false);
    query.fetch_one(connection).await.map_err(store_error)
}
