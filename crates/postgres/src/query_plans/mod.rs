//! How PostgreSQL runs the queries, on a database with as many rows as a large installation has.

mod events;
mod sessions;
mod statements;
mod users;

use sqlx::{Connection, Executor, PgConnection, Postgres, QueryBuilder};
use unlockd_testkit::postgres::TestDatabase;

use crate::{PostgresOptions, PostgresStore};

/// 100,000 users of 100 organizations, one in a hundred of them locked and half of these until a moment that has passed, each
/// with a name, two events, a session and a failed sign-in. Half of the sessions are proven, and a hundredth of all has expired.
const ROWS: &str = "
    INSERT INTO organizations (id, name, created_at) SELECT 'o' || n, 'o' || n, now() FROM generate_series(0, 99) AS n;
    INSERT INTO users (id, organization_id, state, sequence, lock_since, lock_cause, lock_scope, lock_until, created_at, changed_at)
    SELECT 'u' || n, 'o' || n % 100, state, 2, CASE state WHEN 'locked' THEN now() END,
           CASE state WHEN 'locked' THEN 'operator' END, CASE state WHEN 'locked' THEN 'all_use' END,
           CASE WHEN state = 'locked' AND n % 2 = 0 THEN timestamptz '2024-01-01' + n * interval '1 second' END,
           now() + n * interval '1 second', now() + (n * 7919 % 100000) * interval '1 minute'
    FROM generate_series(0, 99999) AS n,
         LATERAL (SELECT CASE WHEN n % 97 = 0 THEN 'locked' WHEN n % 89 = 0 THEN 'deleted' ELSE 'active' END) AS s (state);
    INSERT INTO usernames (user_id, id, position, name, key, login_key, organization_id)
    SELECT 'u' || n, 'n', 1, 'Name' || n, 'name' || n, 'name' || n || coalesce('@' || organization, ''), organization
    FROM generate_series(0, 99999) AS n, LATERAL (SELECT CASE WHEN n % 2 = 0 THEN 'o' || n % 100 END) AS s (organization);
    INSERT INTO user_events (user_id, sequence, kind, organization_id, actor_user_id, occurred_at)
    SELECT 'u' || n % 100000, n / 100000 + 1, CASE n / 100000 WHEN 0 THEN 'user.created' ELSE 'user.updated' END,
           'o' || n % 100, 'u' || n % 97, now() + n * interval '1 second'
    FROM generate_series(0, 199999) AS n;
    INSERT INTO sessions (id, token_digest, creator_user_id, identity_user_id, named_at, user_id, organization_id,
                          password_checked_at, metadata, fingerprint_id, user_agent, created_at, changed_at, sequence,
                          expires_at)
    SELECT 's' || n, sha256(n::text::bytea), 'u' || n % 1000, 'u' || n, now(), 'u' || proven, 'o' || proven % 100,
           CASE WHEN proven IS NOT NULL THEN now() END, '{}', 'f' || n, '{}', now() + n * interval '1 second', now(), 1,
           CASE n % 100 WHEN 0 THEN timestamptz '2024-01-01' ELSE timestamptz '2124-01-01' END
    FROM generate_series(0, 99999) AS n, LATERAL (SELECT CASE WHEN n % 2 = 0 THEN n END) AS p (proven);
    INSERT INTO sign_in_failures (identity_digest, source, failures, blocks, kept_until)
    SELECT sha256(n::text::bytea), '203.0.113.7', ARRAY[timestamptz '2024-06-25'], 0,
           timestamptz '2024-06-26' + n * interval '1 second'
    FROM generate_series(0, 99999) AS n;
    INSERT INTO lockout_policies (organization_id, sequence, changed_at) SELECT id, 1, now() FROM organizations";

struct LargeDatabase {
    connection: PgConnection,
    database: TestDatabase,
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
        Some(Self { connection, database })
    }

    /// What EXPLAIN says about a query with its values.
    async fn plan(&mut self, push: impl FnOnce(&mut QueryBuilder<Postgres>)) -> String {
        let mut query = QueryBuilder::new("EXPLAIN (COSTS OFF) ");
        push(&mut query);
        let explained = query.build_query_scalar::<String>().persistent(false);
        explained.fetch_all(&mut self.connection).await.unwrap().join("\n")
    }
}

fn assert_uses(index: &str, plan: &str) {
    assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{index}:\n{plan}");
}
