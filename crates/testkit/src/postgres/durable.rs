use std::env;
use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::local::LocalServer;
use super::programs::ServerPrograms;

/// A server as one would run it in earnest: what is committed is on disk. For measurements; tests use
/// [`TestDatabase`](super::TestDatabase), which is faster and forgets.
///
/// It is the one that `UNLOCKD_TEST_POSTGRES_URL` names, whose settings are its owner's, or else one of this process that
/// ends with it, in a folder of its own under `TMPDIR`.
#[derive(Debug)]
pub struct DurableServer {
    source: Source,
    programs: Option<PathBuf>,
}

/// Why there is no server; what can be done about it is in the message.
#[derive(Debug)]
pub struct DurableServerError(String);

impl std::fmt::Display for DurableServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DurableServerError {}

#[derive(Debug)]
enum Source {
    Given(PgConnectOptions),
    Local(LocalServer),
}

impl DurableServer {
    /// Starts a server, unless there is one already. The settings, of the form `name=value` and without blanks, are added to those that make commits
    /// durable, which are said although they are the defaults. Blocks until it answers.
    ///
    /// # Errors
    /// [`DurableServerError`] when there are no server programs, or the server does not start.
    pub fn start(settings: &[&str]) -> Result<Self, DurableServerError> {
        let programs = ServerPrograms::find();
        if let Ok(url) = env::var("UNLOCKD_TEST_POSTGRES_URL") {
            let options = url
                .parse()
                .map_err(|error| DurableServerError(format!("UNLOCKD_TEST_POSTGRES_URL cannot be read: {error}")))?;
            return Ok(Self {
                source: Source::Given(options),
                programs: programs.ok().map(|programs| programs.folder),
            });
        }
        let programs = programs.map_err(|error| {
            DurableServerError(format!(
                "{error} Install them (`apt-get install postgresql`), or set UNLOCKD_TEST_POSTGRES_URL."
            ))
        })?;
        let durable = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"];
        let settings = [&durable, settings].concat();
        let server = LocalServer::start(&programs, &settings).map_err(DurableServerError)?;
        Ok(Self {
            source: Source::Local(server),
            programs: Some(programs.folder),
        })
    }

    /// How to reach a database of it: `postgres://...`.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.options().clone().database(database).to_url_lossy().into()
    }

    /// How to reach it, and a database to begin with.
    #[must_use]
    pub fn options(&self) -> &PgConnectOptions {
        match &self.source {
            Source::Given(options) => options,
            Source::Local(server) => server.options(),
        }
    }

    /// Whether it is of this process, and ends with it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        matches!(self.source, Source::Local(_))
    }

    /// Where the server programs are, and with them `pgbench`, if they are on this machine.
    #[must_use]
    pub fn programs(&self) -> Option<&Path> {
        self.programs.as_deref()
    }
}
