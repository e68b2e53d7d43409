use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::runtime;
use tokio::task::spawn_blocking;

use super::server::{self, Server};

/// An empty database of one test's own. Dropped with this, whatever became of the test.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    options: PgConnectOptions,
    server: Arc<Server>,
    /// A session that is called like the database, and tells other processes that it is in use.
    _presence: PgConnection,
}

impl TestDatabase {
    /// Makes a database, on a server that the tests of this process share.
    ///
    /// None when `UNLOCKD_TEST_POSTGRES=skip` says that these tests are not to run; standard error tells so.
    ///
    /// # Panics
    /// When no server can be had, with what to do about it.
    #[expect(clippy::panic, reason = "a test cannot run without its database")]
    pub async fn create() -> Option<Self> {
        let created = match spawn_blocking(server::shared).await {
            Ok(Ok(Some(server))) => Self::on(server).await.map_err(|error| error.to_string()),
            Ok(Ok(None)) => return None,
            Ok(Err(explanation)) => Err(explanation),
            Err(error) => Err(error.to_string()),
        };
        Some(created.unwrap_or_else(|explanation| panic!("{explanation}")))
    }

    async fn on(server: Arc<Server>) -> Result<Self, sqlx::Error> {
        static CREATED: AtomicU32 = AtomicU32::new(0);
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let unique = RandomState::new().hash_one((std::process::id(), number));
        let name = format!("unlockd_test_{unique:016x}");
        let mut presence = server.options().clone().application_name(&name).connect().await?;
        // Template 0 has no connections that would stand in the way of parallel tests.
        presence
            .execute(AssertSqlSafe(format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
            )))
            .await?;
        Ok(Self {
            options: server.options().clone().database(&name),
            name,
            server,
            _presence: presence,
        })
    }

    /// Where the database is: `postgres://...`, for any client.
    #[must_use]
    pub fn url(&self) -> String {
        self.options.to_url_lossy().into()
    }

    /// The server's host, or its address.
    #[must_use]
    pub fn host(&self) -> &str {
        self.options.get_host()
    }

    /// The server's TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.options.get_port()
    }

    /// The same database, reached through `port` of 127.0.0.1.
    #[must_use]
    pub fn url_through(&self, port: u16) -> String {
        self.options.clone().host("127.0.0.1").port(port).to_url_lossy().into()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (options, name) = (self.server.options().clone(), self.name.clone());
        // The test's own runtime may be ending; this needs one that runs to the end.
        let dropped = thread::spawn(move || {
            runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(drop_database(&options, &name))
        });
        match dropped.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("the test database {} could not be dropped: {error}", self.name),
            Err(_) => eprintln!("the test database {} could not be dropped", self.name),
        }
    }
}

async fn drop_database(options: &PgConnectOptions, name: &str) -> Result<(), sqlx::Error> {
    let mut connection: PgConnection = options.connect().await?;
    connection
        .execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
        .await?;
    connection.close().await
}

/// Drops what test processes left behind that were killed.
pub(super) async fn drop_abandoned_databases(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    let abandoned: Vec<String> = sqlx::query_scalar(
        r"SELECT datname::text FROM pg_database
          WHERE datname LIKE 'unlockd\_test\_%'
            AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = datname)",
    )
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    for name in abandoned {
        if let Err(error) = drop_database(options, &name).await {
            // Perhaps another process was faster.
            eprintln!("the abandoned test database {name} could not be dropped: {error}");
        }
    }
    Ok(())
}
