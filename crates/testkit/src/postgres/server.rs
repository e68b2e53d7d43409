use std::env;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sqlx::postgres::PgConnectOptions;
use tokio::runtime;

use super::database::drop_abandoned_databases;
use super::docker::Container;
use super::local::LocalServer;
use super::programs::ServerPrograms;

const HELP: &str = "\
These tests need PostgreSQL 15 or newer. One of these will do:
- install its server programs: `apt-get install postgresql`, `dnf install postgresql-server`, `brew install postgresql`;
- start Docker;
- set UNLOCKD_TEST_POSTGRES_URL to postgres://user:password@host/postgres, for a user who may create databases.
UNLOCKD_TEST_POSTGRES=skip leaves these tests out.";

/// What tests write is worth nothing once they have ended.
const FAST_SETTINGS: [&str; 3] = ["max_connections=300", "fsync=off", "full_page_writes=off"];

/// A server to make databases on.
#[derive(Debug)]
pub(super) enum Server {
    /// Somebody else's.
    Given(PgConnectOptions),
    /// Ours, for as long as this process lives.
    Local(LocalServer),
    /// Ours, for as long as a test uses it.
    Docker(Container),
}

impl Server {
    /// How to reach it, and a database to begin with.
    pub(super) fn options(&self) -> &PgConnectOptions {
        match self {
            Self::Given(options) => options,
            Self::Local(server) => server.options(),
            Self::Docker(container) => container.options(),
        }
    }
}

/// What is known of the server of this process.
enum Shared {
    Unknown,
    Skipped,
    Impossible,
    Kept(Arc<Server>),
    Lent(Weak<Server>),
}

/// The server of this process, started when it is first asked for; none when these tests are to be skipped.
///
/// A local server ends when the process does, so it is kept. A container does not, so whoever uses it last removes it.
pub(super) fn shared() -> Result<Option<Arc<Server>>, String> {
    static SHARED: Mutex<Shared> = Mutex::new(Shared::Unknown);
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    match &*shared {
        Shared::Skipped => return Ok(None),
        Shared::Impossible => return Err("no PostgreSQL: another test that failed says what to do about it".to_owned()),
        Shared::Kept(server) => return Ok(Some(Arc::clone(server))),
        Shared::Lent(server) => {
            if let Some(server) = server.upgrade() {
                return Ok(Some(server));
            }
        }
        Shared::Unknown => {}
    }
    let (outcome, known) = match find() {
        Ok(Some(server)) => {
            let server = Arc::new(server);
            let known = match &*server {
                Server::Docker(_) => Shared::Lent(Arc::downgrade(&server)),
                Server::Given(_) | Server::Local(_) => Shared::Kept(Arc::clone(&server)),
            };
            (Ok(Some(server)), known)
        }
        Ok(None) => (Ok(None), Shared::Skipped),
        Err(cause) => (Err(format!("{HELP}\n{cause}")), Shared::Impossible),
    };
    *shared = known;
    outcome
}

fn find() -> Result<Option<Server>, String> {
    match env::var("UNLOCKD_TEST_POSTGRES").as_deref() {
        Ok("skip") => {
            // Written past the capture of the test harness, which hides what passing tests print.
            let told = writeln!(
                std::io::stderr(),
                "UNLOCKD_TEST_POSTGRES=skip: tests that need PostgreSQL are skipped"
            );
            told.map_err(|error| error.to_string())?;
            Ok(None)
        }
        Ok("local") => local(&ServerPrograms::find()?).map(Some),
        Ok("docker") => Container::start().map(Server::Docker).map(Some),
        Ok("") | Err(_) => any().map(Some),
        Ok(other) => Err(format!(
            "UNLOCKD_TEST_POSTGRES is {other:?}; it may be local, docker or skip"
        )),
    }
}

fn any() -> Result<Server, String> {
    if let Ok(url) = env::var("UNLOCKD_TEST_POSTGRES_URL") {
        return given(&url).map_err(|error| format!("The server of UNLOCKD_TEST_POSTGRES_URL is of no use: {error}"));
    }
    match ServerPrograms::find() {
        Ok(programs) => local(&programs),
        Err(no_programs) => Container::start()
            .map(Server::Docker)
            .map_err(|no_docker| format!("{no_programs}\n{no_docker}")),
    }
}

fn given(url: &str) -> Result<Server, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(drop_abandoned_databases(&options))?;
    Ok(Server::Given(options))
}

fn local(programs: &ServerPrograms) -> Result<Server, String> {
    LocalServer::start(programs, &FAST_SETTINGS).map(Server::Local)
}
