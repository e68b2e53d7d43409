//! How PostgreSQL runs the queries that are put together here, on a database with as many rows as a large installation has.

use sqlx::{Connection, Executor, PgConnection, Postgres, QueryBuilder};
use unlockd_application::ports::{
    EventFilter, EventOrder, EventRange, SortDirection, TextMatch, TextMethod, UserFilter, UserOrder, UserQuery,
    Visibility,
};
use unlockd_domain::{Position, UserEventName, UsernameKey};
use unlockd_testkit::fixtures;
use unlockd_testkit::postgres::TestDatabase;

use crate::event_store::push_events;
use crate::user_directory::{push_count, push_page};
use crate::{PostgresOptions, PostgresStore};

/// 100,000 users of 100 organizations, one in a hundred of them locked, each with a name and two events.
const ROWS: &str = "
    INSERT INTO organizations (id, name, created_at) SELECT 'o' || n, 'o' || n, now() FROM generate_series(0, 99) AS n;
    INSERT INTO users (id, organization_id, state, sequence, lock_since, lock_cause, created_at, changed_at)
    SELECT 'u' || n, 'o' || n % 100, state, 1, CASE state WHEN 'locked' THEN now() END,
           CASE state WHEN 'locked' THEN 'operator' END,
           now() + n * interval '1 second', now() + (n * 7919 % 100000) * interval '1 minute'
    FROM generate_series(0, 99999) AS n,
         LATERAL (SELECT CASE WHEN n % 97 = 0 THEN 'locked' WHEN n % 89 = 0 THEN 'deleted' ELSE 'active' END) AS s (state);
    INSERT INTO usernames (user_id, id, position, name, key)
    SELECT 'u' || n, 'n', 1, 'Name' || n, 'name' || n FROM generate_series(0, 99999) AS n;
    INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at)
    SELECT 'u' || n % 100000, n / 100000 + 1, CASE n / 100000 WHEN 0 THEN 'user.created' ELSE 'user.updated' END,
           'o' || n % 100, 'u' || n % 97, now() + n * interval '1 second'
    FROM generate_series(0, 199999) AS n";

struct LargeDatabase {
    connection: PgConnection,
    _database: TestDatabase,
}

impl LargeDatabase {
    async fn create() -> Option<Self> {
        let database = TestDatabase::create().await?;
        let store = PostgresStore::connect(PostgresOptions::new(database.url()))
            .await
            .unwrap();
        store.migrate().await.unwrap();
        store.close().await;
        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        connection.execute(ROWS).await.unwrap();
        // As the server does by itself in time.
        connection.execute("VACUUM ANALYZE").await.unwrap();
        Some(Self {
            connection,
            _database: database,
        })
    }

    /// What EXPLAIN says about a query with its values.
    async fn plan(&mut self, push: impl FnOnce(&mut QueryBuilder<Postgres>)) -> String {
        let mut query = QueryBuilder::new("EXPLAIN (COSTS OFF) ");
        push(&mut query);
        let explained = query.build_query_scalar::<String>().persistent(false);
        explained.fetch_all(&mut self.connection).await.unwrap().join("\n")
    }

    /// Both queries of a search find their rows by the index.
    async fn assert_search_uses(&mut self, index: &str, query: &UserQuery) {
        for plan in [
            self.plan(|sql| push_page(sql, query)).await,
            self.plan(|sql| push_count(sql, query)).await,
        ] {
            assert_uses(index, &plan);
        }
    }
}

fn assert_uses(index: &str, plan: &str) {
    assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{index}:\n{plan}");
}

fn newest(filter: UserFilter, order: UserOrder) -> UserQuery {
    UserQuery {
        visibility: Visibility::Instance,
        filter: UserFilter::And(vec![filter]),
        order,
        direction: SortDirection::Descending,
        offset: 0,
        limit: 100,
    }
}

fn text(method: TextMethod, text: &str) -> TextMatch {
    TextMatch {
        method,
        text: text.to_owned(),
    }
}

fn named(method: TextMethod, name: &str) -> UserFilter {
    UserFilter::Username {
        text: text(method, name),
        key: UsernameKey::of(name).unwrap(),
        organization_specific_only: false,
    }
}

#[tokio::test]
async fn searches_of_a_help_desk_run_on_indexes() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    let one_organization = || UserFilter::OrganizationId(text(TextMethod::Equals, "o7"));
    let reach_of_one = Visibility::Organizations(vec![fixtures::organization_id("o7")]);

    // In the order of an index: nothing is sorted.
    for (index, filter, order) in [
        (
            "users_organization_changed_idx",
            one_organization(),
            UserOrder::ChangeDate,
        ),
        (
            "users_organization_created_idx",
            one_organization(),
            UserOrder::CreationDate,
        ),
        (
            "users_organization_locked_idx",
            UserFilter::And(vec![one_organization(), UserFilter::Locked]),
            UserOrder::ChangeDate,
        ),
        ("users_locked_idx", UserFilter::Locked, UserOrder::ChangeDate),
        ("users_changed_idx", UserFilter::And(Vec::new()), UserOrder::ChangeDate),
        (
            "users_created_idx",
            UserFilter::And(Vec::new()),
            UserOrder::CreationDate,
        ),
        ("users_pkey", UserFilter::And(Vec::new()), UserOrder::Id),
    ] {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let query = UserQuery {
                direction,
                ..newest(filter.clone(), order)
            };
            let plan = database.plan(|sql| push_page(sql, &query)).await;
            assert_uses(index, &plan);
            assert!(!plan.contains("Sort"), "{index}:\n{plan}");
        }
    }
    // Whose reach is one organization asks for it without saying so.
    let locked_within_reach = UserQuery {
        visibility: reach_of_one,
        ..newest(UserFilter::Locked, UserOrder::ChangeDate)
    };
    let plan = database.plan(|sql| push_page(sql, &locked_within_reach)).await;
    assert!(!plan.contains("Sort"), "{plan}");
    database
        .assert_search_uses("users_organization_locked_idx", &locked_within_reach)
        .await;

    // Few are found, and counted.
    for (index, filter) in [
        ("users_locked_idx", UserFilter::Locked),
        ("users_organization_", one_organization()),
        ("usernames_key_idx", named(TextMethod::Equals, "Name4711")),
        ("usernames_key_idx", named(TextMethod::EqualsIgnoreCase, "NAME4711")),
        ("usernames_key_idx", named(TextMethod::StartsWithIgnoreCase, "NAME4711")),
        ("users_pkey", UserFilter::UserId(text(TextMethod::Equals, "u4711"))),
        ("users_pkey", UserFilter::UserId(text(TextMethod::StartsWith, "u4711"))),
    ] {
        database
            .assert_search_uses(index, &newest(filter, UserOrder::ChangeDate))
            .await;
    }
}

#[tokio::test]
async fn histories_are_read_from_indexes_in_both_directions() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    let all = EventFilter::all(Visibility::Instance);
    let of_organization = EventFilter {
        organization: Some(fixtures::organization_id("o7")),
        ..all.clone()
    };
    let within_reach = EventFilter::all(Visibility::Organizations(vec![fixtures::organization_id("o7")]));
    let by_actor = EventFilter {
        actor: Some(fixtures::user_id("u7")),
        ..all.clone()
    };
    let of_user = EventFilter {
        user_id: Some(fixtures::user_id("u7")),
        kinds: vec![UserEventName::Created, UserEventName::Updated],
        ..all.clone()
    };
    for (index, filter, is_in_order) in [
        ("user_events_position_key", &all, true),
        ("user_events_organization_idx", &of_organization, true),
        ("user_events_organization_idx", &within_reach, true),
        ("user_events_actor_idx", &by_actor, true),
        ("user_events_pkey", &of_user, false),
    ] {
        for (order, after) in [(EventOrder::Forward, 100_000), (EventOrder::Backward, 0)] {
            let range = EventRange {
                after: Position::new(after).unwrap(),
                up_to: Position::new(200_000).unwrap(),
                order,
                limit: 101,
            };
            let plan = database.plan(|sql| push_events(sql, filter, &range)).await;
            assert_uses(index, &plan);
            assert!(!is_in_order || !plan.contains("Sort"), "{index}:\n{plan}");
        }
    }
}
