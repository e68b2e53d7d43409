use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor};

use super::disk::{file_system, flush_time, free_bytes, write_out};
use super::seed::{chunks, room_needed};
use super::sqlite_sql::{BARE_SCHEMA, SEED, SEED_BARE, STORED_USERS};
use super::verify::StoredUser;
use crate::Failure;
use crate::load::Region;
use crate::moment::unix_microseconds;
use crate::report::{Facts, milliseconds};

/// A database in a file.
#[derive(Debug, Clone)]
pub(crate) struct SqliteFile {
    path: PathBuf,
}

impl SqliteFile {
    /// There need not be one yet.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// For the server.
    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path.display())
    }

    /// What the report says about it: what the server sets, and what is under it.
    pub(crate) fn settings(&self) -> Result<Facts, Failure> {
        let flush = format!("{:.3} ms", milliseconds(flush_time(self.folder())?));
        let facts = [
            ("journal_mode", "wal".to_owned()),
            ("synchronous", "FULL".to_owned()),
            ("file system", file_system(self.folder())?),
            ("write and flush of 8 KiB", flush),
        ];
        Ok(facts.map(|(name, value)| (name.to_owned(), value)).to_vec())
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// Refuses more users than there is room for.
    pub(crate) fn require_room_for(&self, users: u64) -> Result<(), Failure> {
        room_needed(users, free_bytes(self.folder())?)
    }

    /// As the server opens it: durable, and what is erased is overwritten.
    pub(super) async fn connect(&self) -> Result<SqliteConnection, Failure> {
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON");
        let connected = options.connect().await;
        connected.map_err(|error| format!("{}: {error}", self.path.display()).into())
    }

    /// Fills the tables of the server, which has made them.
    pub(crate) async fn seed(&self, users: u32) -> Result<(), Failure> {
        self.insert(SEED, users).await
    }

    /// Makes and fills the bare tables.
    pub(crate) async fn seed_bare(&self, users: u32) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        connection.execute(BARE_SCHEMA).await?;
        connection.close().await?;
        self.insert(SEED_BARE, users).await
    }

    async fn insert(&self, statements: [&'static str; 2], users: u32) -> Result<(), Failure> {
        const TWO_DAYS: i64 = 2 * 24 * 60 * 60 * 1_000_000;
        let mut connection = self.connect().await?;
        let base = unix_microseconds() - TWO_DAYS;
        for chunk in chunks(users) {
            let mut transaction = connection.begin().await?;
            for statement in statements {
                sqlx::query(statement)
                    .bind(chunk.start())
                    .bind(chunk.end())
                    .bind(base)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        }
        connection.execute("ANALYZE").await?;
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        Ok(connection.close().await?)
    }

    /// Lets every measurement begin alike: the log is empty, and nothing waits to be written.
    pub(crate) async fn tidy(&self) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        connection.close().await?;
        write_out().await
    }

    /// Another file with the same in it.
    pub(crate) async fn copy_to(&self, path: PathBuf) -> Result<Self, Failure> {
        let mut connection = self.connect().await?;
        let name = path.to_str().ok_or("the path is no text")?.to_owned();
        sqlx::query("VACUUM INTO ?1")
            .bind(name)
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(Self::at(path))
    }

    /// Copies the password of one user to all others of the region.
    pub(crate) async fn spread_password(&self, of: &str, region: &Region) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        sqlx::query(
            "UPDATE users
             SET password_hash = model.password_hash, password_changed_at = model.password_changed_at,
                 password_change_required = model.password_change_required
             FROM users AS model
             WHERE model.id = ?1 AND users.id LIKE 'user-%' AND CAST(substr(users.id, 6) AS INTEGER) BETWEEN ?2 AND ?3",
        )
        .bind(of)
        .bind(region.start())
        .bind(region.end())
        .execute(&mut connection)
        .await?;
        Ok(connection.close().await?)
    }

    /// How many sessions there are.
    pub(crate) async fn sessions(&self) -> Result<u64, Failure> {
        let mut connection = self.connect().await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(u64::try_from(count)?)
    }

    /// What is stored of the users up to this number.
    pub(crate) async fn stored_users(&self, last: u32) -> Result<Vec<StoredUser>, Failure> {
        let mut connection = self.connect().await?;
        let users = sqlx::query_as(STORED_USERS)
            .bind(last)
            .fetch_all(&mut connection)
            .await?;
        connection.close().await?;
        Ok(users)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::migrate::Migrator;

    use super::*;
    use crate::database::{BareLoop, compare};
    use crate::load::Ledger;
    use std::time::Duration;

    const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");

    async fn seeded(folder: &Path) -> SqliteFile {
        let file = SqliteFile::at(folder.join("unlockd.db"));
        let mut connection = file.connect().await.unwrap();
        Migrator::new(Path::new(MIGRATIONS))
            .await
            .unwrap()
            .run(&mut connection)
            .await
            .unwrap();
        connection
            .execute("INSERT INTO organizations (id, name, created_at) VALUES ('default', 'default', 0)")
            .await
            .unwrap();
        connection.close().await.unwrap();
        file.seed(1_000).await.unwrap();
        file
    }

    #[tokio::test]
    async fn seeded_users_have_the_history_of_their_state_until_somebody_tampers_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = seeded(folder.path()).await;
        let ledger = Ledger::seeded(1..=500);

        let outcome = compare(&ledger, &file.stored_users(500).await.unwrap());
        assert_eq!((outcome.users, outcome.mismatches), (500, 0), "{outcome:?}");

        let mut connection = file.connect().await.unwrap();
        connection
            .execute("UPDATE user_events SET sequence = 3 WHERE user_id = 'user-4' AND sequence = 2")
            .await
            .unwrap();
        let outcome = compare(&ledger, &file.stored_users(500).await.unwrap());
        assert_eq!(outcome.mismatches, 1);
        assert!(outcome.examples[0].contains("number: 4"), "{outcome:?}");
    }

    #[tokio::test]
    async fn bare_sql_leaves_rows_as_complete_as_the_schema_asks_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = seeded(folder.path()).await;

        let span = (Duration::ZERO, Duration::from_millis(100));
        let changes = BareLoop::SameTables.run(&file, 1..=500, span).await.unwrap();

        let users = file.stored_users(500).await.unwrap();
        let stored = users.iter().map(|user| user.events).sum::<i64>();
        assert_eq!(stored, 750 + i64::try_from(changes.tally.acknowledged).unwrap());
        let is_locked = |user: &StoredUser| i64::from(user.state == "locked");
        assert!(
            users
                .iter()
                .all(|user| user.sequence == user.last && user.locks - user.unlocks == is_locked(user))
        );
    }
}
