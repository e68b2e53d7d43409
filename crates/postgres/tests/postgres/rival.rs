use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use unlockd_testkit::postgres::TestDatabase;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Another program on the same database, in whose way the store gets.
pub(crate) struct Rival(PgConnection);

impl Rival {
    pub(crate) async fn connect(database: &TestDatabase) -> Self {
        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        // It is not the victim of deadlocks. Who may not set this is none either: it never waits first.
        drop(connection.execute("SET deadlock_timeout = '1min'").await);
        Self(connection)
    }

    pub(crate) async fn execute(&mut self, statement: impl Into<String>) {
        self.0.execute(AssertSqlSafe(statement.into())).await.unwrap();
    }

    pub(crate) async fn number(&mut self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut self.0).await.unwrap()
    }

    /// Returns once the query, which counts something, says that there is this many of it.
    pub(crate) async fn wait_for(&mut self, count: i64, query: &'static str) {
        let reached = async { while self.number(query).await != count {} };
        let waited = tokio::time::timeout(PATIENCE, reached).await;
        waited.expect(query);
    }

    /// Returns once somebody waits for a lock.
    pub(crate) async fn is_in_the_way(&mut self) {
        self.wait_for(
            1,
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .await;
    }

    /// Lets the database refuse the first events that are written. Sequences remember what a rollback takes back.
    pub(crate) async fn refuse_events(&mut self, count: u32, sql_state: &str) {
        self.execute(format!(
            "CREATE SEQUENCE attempts;
             CREATE SEQUENCE refused_process;
             CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
                 IF nextval('attempts') <= {count} THEN
                     PERFORM setval('refused_process', pg_backend_pid());
                     RAISE EXCEPTION 'refused' USING ERRCODE = '{sql_state}';
                 END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON user_events FOR EACH ROW EXECUTE FUNCTION refuse()"
        ))
        .await;
    }

    /// How often somebody tried to write an event.
    pub(crate) async fn attempts(&mut self) -> i64 {
        self.number("SELECT last_value FROM attempts").await
    }
}
