//! How SQLite goes about the statements of the crate, on 100,000 rows. Nothing in the program gathers statistics for it, so
//! the plans have to be right without; an operator may (`ANALYZE`), so they have to be right with them too.

mod events;
mod sessions;
mod users;

use sqlx::{Executor, QueryBuilder, Row, Sqlite};
use tempfile::TempDir;

use crate::{SqliteOptions, SqliteStore};

/// A store with 100,000 of something, a tenth of it in each of ten organizations.
struct Seeded {
    store: SqliteStore,
    _folder: TempDir,
}

const NUMBERS: &str = "
    CREATE TEMP TABLE numbers AS
        WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99999) SELECT n FROM numbers;
    INSERT INTO organizations (id, name, created_at) SELECT 'organization ' || n, n, 0 FROM numbers WHERE n < 10;
";

impl Seeded {
    async fn new(content: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(SqliteOptions::new(folder.path().join("unlockd.db")));
        let store = store.await.unwrap();
        store.migrate().await.unwrap();
        let mut transaction = store.begin_writing().await.unwrap();
        transaction.execute(NUMBERS).await.unwrap();
        transaction.execute(content).await.unwrap();
        transaction.commit().await.unwrap();
        Self { store, _folder: folder }
    }

    async fn analyze(&self) {
        let mut transaction = self.store.begin_writing().await.unwrap();
        transaction.execute("ANALYZE").await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// The plan of a statement of the store, with the values it is run with; one step a line.
    async fn plan(&self, push: impl FnOnce(&mut QueryBuilder<Sqlite>)) -> String {
        let mut sql = QueryBuilder::new("EXPLAIN QUERY PLAN ");
        push(&mut sql);
        let steps = sql.build().persistent(false).fetch_all(self.store.readers()).await;
        let steps: Vec<String> = steps.unwrap().iter().map(|step| step.get("detail")).collect();
        steps.join("\n")
    }
}

/// All rows come from the index, and in its order.
#[track_caller]
fn assert_in_order_of(index: &str, plan: &str, what: &str) {
    let uses_index = |step: &&str| step.ends_with(index) || step.contains(&format!("{index} ("));
    let steps: Vec<&str> = plan.lines().filter(|step| step.contains(" USING ")).collect();
    assert!(
        !steps.is_empty() && steps.iter().all(uses_index),
        "{what}, not by {index}:\n{plan}"
    );
    assert!(!plan.contains("TEMP B-TREE"), "{what}, sorted:\n{plan}");
    assert_no_full_scan(plan, what, index);
}

/// No table is read from end to end, unless the statement asks for all that the index holds.
#[track_caller]
fn assert_no_full_scan(plan: &str, what: &str, exact_index: &str) {
    let is_full_scan = |step: &str| {
        (step.starts_with("SCAN user") || step.starts_with("SCAN sessions")) && !step.ends_with(exact_index)
    };
    assert!(!plan.lines().any(is_full_scan), "{what}, by a full scan:\n{plan}");
}
