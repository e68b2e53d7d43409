use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::task::spawn_blocking;
use unlockd_testkit::postgres::DurableServer;

use super::disk::{file_system, flush_time, free_bytes, require_disk, write_out};
use super::postgres_sql::{BARE_SCHEMA, SEED, SEED_BARE, STORED_USERS};
use super::seed::{chunks, room_needed};
use super::verify::StoredUser;
use crate::Failure;
use crate::cpu::parent_and_name;
use crate::load::Region;
use crate::report::{Facts, milliseconds};

/// Settings of a server of this process, beside those that make commits durable. No checkpoint comes in the minutes that this takes: the
/// first change of a page behind one writes the whole page to the log, which would weigh on whoever happens to be measured then. Vacuum is
/// ours to begin, before each measurement.
const SETTINGS: [&str; 8] = [
    "max_connections=400",
    "shared_buffers=1GB",
    "max_wal_size=16GB",
    "min_wal_size=4GB",
    "checkpoint_timeout=1d",
    "autovacuum=off",
    "jit=off",
    "max_parallel_maintenance_workers=0",
];

/// How many files of 16 MiB the log has to write into: as many as `min_wal_size` keeps.
const LOG_FILES: i32 = 256;

/// Where less is free, in bytes, the log gets its files as it grows: twice what they take.
const ROOM_FOR_LOG: u64 = 8 << 30;

/// Settings that the report shows.
const SHOWN: [&str; 14] = [
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "wal_level",
    "commit_delay",
    "shared_buffers",
    "max_connections",
    "max_wal_size",
    "checkpoint_timeout",
    "autovacuum",
    "jit",
    "io_method",
];

/// A server whose commits are durable.
#[derive(Debug)]
pub(crate) struct Postgres {
    server: DurableServer,
    settings: Facts,
    /// The process of the server, if it is one of this machine's.
    pub(crate) process: Option<u32>,
    databases: AtomicU32,
}

/// Gives the log the files that a server has which has been running for a while, and uses again. Where there are none, one is
/// filled with zeros every few seconds, and whoever commits waits for that.
async fn prepare_log(connection: &mut PgConnection) -> Result<(), Failure> {
    sqlx::query("SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal() FROM generate_series(1, $1)")
        .bind(LOG_FILES)
        .execute(&mut *connection)
        .await?;
    connection.execute("CHECKPOINT").await?;
    Ok(())
}

impl Postgres {
    /// Starts a server, or takes the one that is given. Its folder may have to be on a disk.
    pub(crate) async fn start(must_be_on_disk: bool) -> Result<Self, Failure> {
        let server = spawn_blocking(|| DurableServer::start(&SETTINGS)).await??;
        let mut connection = server.options().connect().await?;
        let mut settings = Vec::new();
        for name in SHOWN {
            let value: Option<String> = sqlx::query_scalar("SELECT current_setting($1, true)")
                .bind(name)
                .fetch_one(&mut connection)
                .await?;
            settings.extend(value.map(|value| (name.to_owned(), value)));
        }
        require_durable(&settings)?;
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut connection)
            .await?;
        let process = postmaster(backend);
        if server.is_own() {
            let folder: String = sqlx::query_scalar("SHOW data_directory")
                .fetch_one(&mut connection)
                .await?;
            let folder = Path::new(&folder);
            if must_be_on_disk {
                require_disk(folder)?;
                if free_bytes(folder)? > ROOM_FOR_LOG {
                    prepare_log(&mut connection).await?;
                    let files = format!("{LOG_FILES} of 16 MiB");
                    settings.push(("files of the log made ahead".to_owned(), files));
                }
            }
            settings.push(("file system".to_owned(), file_system(folder)?));
            let flush = format!("{:.3} ms", milliseconds(flush_time(folder)?));
            settings.push(("write and flush of 8 KiB".to_owned(), flush));
        }
        connection.close().await?;
        Ok(Self {
            server,
            settings,
            process,
            databases: AtomicU32::new(0),
        })
    }

    /// What the report says about it.
    pub(crate) fn settings(&self) -> &Facts {
        &self.settings
    }

    /// Where `pgbench` is to be looked for first.
    pub(crate) fn programs(&self) -> Option<&Path> {
        self.server.programs()
    }

    /// Makes an empty database.
    pub(crate) async fn create_database(&self) -> Result<PostgresDatabase, Failure> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("unlockd_bench_{}_{number}", std::process::id());
        let mut connection = self.server.options().connect().await?;
        connection
            .execute(AssertSqlSafe(format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
            )))
            .await?;
        connection.close().await?;
        Ok(PostgresDatabase {
            options: Box::new(self.server.options().clone().database(&name)),
            name,
        })
    }

    /// Refuses more users than there is room for.
    pub(crate) async fn require_room_for(&self, users: u64) -> Result<(), Failure> {
        if !self.server.is_own() {
            return Ok(());
        }
        let mut connection = self.server.options().connect().await?;
        let folder: String = sqlx::query_scalar("SHOW data_directory")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        room_needed(users, free_bytes(&PathBuf::from(folder))?)
    }

    /// Removes databases again; those of a server of this process go with it.
    pub(crate) async fn drop_databases(&self) -> Result<(), Failure> {
        if self.server.is_own() {
            return Ok(());
        }
        let mut connection = self.server.options().connect().await?;
        for number in 0..self.databases.load(Ordering::Relaxed) {
            let name = format!("unlockd_bench_{}_{number}", std::process::id());
            connection
                .execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
                .await?;
        }
        Ok(connection.close().await?)
    }
}

/// A reply of the server must mean that the change is on disk, and a page that was half written when the power failed must be mended.
fn require_durable(settings: &[(String, String)]) -> Result<(), Failure> {
    for (name, weak) in [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
    ] {
        if settings.iter().any(|(setting, value)| setting == name && value == weak) {
            return Err(format!("the PostgreSQL server has {name} = {weak}: its commits are not durable, and figures would mean nothing. Turn it on").into());
        }
    }
    Ok(())
}

/// The process that has started the backend, if both are this machine's.
fn postmaster(backend: i32) -> Option<u32> {
    let (parent, name) = parent_and_name(u32::try_from(backend).ok()?)?;
    (name == "postgres" && parent > 1).then_some(parent)
}

/// A database of that server.
#[derive(Debug, Clone)]
pub(crate) struct PostgresDatabase {
    name: String,
    options: Box<PgConnectOptions>,
}

impl PostgresDatabase {
    /// For the server.
    pub(crate) fn url(&self) -> String {
        self.options.to_url_lossy().into()
    }

    /// For programs with libpq, which does not know all parameters of other drivers.
    pub(crate) fn libpq_url(&self) -> String {
        let mut url = self.options.to_url_lossy();
        url.set_query(None);
        url.into()
    }

    async fn connect(&self) -> Result<PgConnection, Failure> {
        let connected = self.options.connect().await;
        connected.map_err(|error| format!("database {}: {error}", self.name).into())
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

    async fn insert(&self, statement: &'static str, users: u32) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        connection.execute("SET synchronous_commit = off").await?;
        for chunk in chunks(users) {
            sqlx::query(statement)
                .bind(i64::from(*chunk.start()))
                .bind(i64::from(*chunk.end()))
                .execute(&mut connection)
                .await?;
        }
        connection.execute("VACUUM (ANALYZE) users, user_events").await?;
        Ok(connection.close().await?)
    }

    /// Lets every measurement begin alike: dead rows are gone, and nothing waits to be written.
    pub(crate) async fn tidy(&self) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        connection.execute("VACUUM users, user_events").await?;
        connection.close().await?;
        write_out().await
    }

    /// Copies the password of one user to all others of the region.
    pub(crate) async fn spread_password(&self, of: &str, region: &Region) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        sqlx::query(
            "UPDATE users
             SET password_hash = model.password_hash, password_changed_at = model.password_changed_at,
                 password_change_required = model.password_change_required
             FROM users AS model
             WHERE model.id = $1 AND users.id LIKE 'user-%' AND substr(users.id, 6)::bigint BETWEEN $2 AND $3",
        )
        .bind(of)
        .bind(i64::from(*region.start()))
        .bind(i64::from(*region.end()))
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
            .bind(i64::from(last))
            .fetch_all(&mut connection)
            .await?;
        connection.close().await?;
        Ok(users)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_whose_commits_are_not_durable_is_refused_with_the_setting() {
        let settings = |value: &str| {
            vec![
                ("fsync".to_owned(), "on".to_owned()),
                ("synchronous_commit".to_owned(), value.to_owned()),
            ]
        };

        assert!(require_durable(&settings("on")).is_ok());
        let refusal = require_durable(&settings("off")).unwrap_err().to_string();
        assert!(refusal.contains("synchronous_commit = off"), "{refusal}");
    }
}
