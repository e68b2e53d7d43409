//! Settings, read once: flags win over the environment, the environment over the file, the file over the defaults.

mod database_url;
mod file;
mod passwords;
mod sessions;

use std::collections::BTreeSet;
use std::env::{self, VarError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use http::HeaderValue;
use serde::Deserialize;
use unlockd_application::authentication::bearer_token;
use unlockd_application::ports::SecretToken;
use unlockd_application::sessions::SessionLifetimes;

pub use database_url::{DatabaseUrl, DatabaseUrlText};
pub use passwords::{PasswordSettings, Passwords};
pub use sessions::{SessionSettings, TimeSpan};

use crate::CommandError;
use crate::client_address::TrustedProxies;

/// The shortest time for which events are kept. Requests that are under way take far less, so that no event is deleted
/// while it is being written.
const SHORTEST_EVENT_RETENTION: Duration = Duration::from_hours(1);

/// The shortest token that may be handed in, in characters.
const MIN_BOOTSTRAP_TOKEN_CHARACTERS: usize = 32;

/// Seconds. Longer than the 60 of common load balancers, which must be the first to close a connection that they reuse.
const IDLE_TIMEOUT: u32 = 75;

/// Seconds. Docker kills a container 10 seconds after it told it to stop, and the database is closed within that time too.
const SHUTDOWN_GRACE: u32 = 8;

/// What flags and environment say.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Read settings from this TOML file
    #[arg(long, global = true, value_name = "FILE", env = "UNLOCKD_CONFIG")]
    pub config: Option<PathBuf>,
    /// Listen here; port 0 picks a free port [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR", env = "UNLOCKD_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Keep the embedded database and the first token here [default: .unlockd]
    #[arg(long, global = true, value_name = "DIR", env = "UNLOCKD_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Use this database: `sqlite://PATH` or `postgres://...` [default: the file unlockd.db in the data directory]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "UNLOCKD_DATABASE_URL",
        hide_env_values = true
    )]
    pub database_url: Option<DatabaseUrlText>,
    /// Serve these wires [default: json,grpc,grpc-web]
    #[arg(
        long,
        global = true,
        value_name = "LIST",
        env = "UNLOCKD_TRANSPORTS",
        value_delimiter = ','
    )]
    pub transports: Option<Vec<Transport>>,
    /// Let pages of this origin call; repeatable [default: none]
    #[arg(
        long = "cors-origin",
        global = true,
        value_name = "ORIGIN",
        env = "UNLOCKD_CORS_ORIGIN",
        value_delimiter = ','
    )]
    pub cors_origins: Option<Vec<String>>,
    /// Take the word of proxies at these addresses and networks on where a request comes from [default: none]
    #[arg(
        long,
        global = true,
        value_name = "LIST",
        env = "UNLOCKD_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<String>>,
    /// Give up on a request after this many seconds [default: 10]
    #[arg(long, global = true, value_name = "SECONDS", env = "UNLOCKD_REQUEST_TIMEOUT")]
    pub request_timeout: Option<u32>,
    /// Close a connection that is idle for this many seconds [default: 75]
    #[arg(long, global = true, value_name = "SECONDS", env = "UNLOCKD_IDLE_TIMEOUT")]
    pub idle_timeout: Option<u32>,
    /// Give requests in flight this many seconds to end when the server stops [default: 8]
    #[arg(long, global = true, value_name = "SECONDS", env = "UNLOCKD_SHUTDOWN_GRACE")]
    pub shutdown_grace: Option<u32>,
    /// Delete events that are older than this, such as 365d; at least 1h [default: keep them for ever]
    #[arg(long, global = true, value_name = "TIME", env = "UNLOCKD_EVENT_RETENTION")]
    pub event_retention: Option<TimeSpan>,
    /// Write the log so [default: text on a terminal, else json]
    #[arg(long, global = true, value_name = "FORMAT", env = "UNLOCKD_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Where the first token is read from, or written to [default: admin.token in the data directory]
    #[arg(long, global = true, value_name = "FILE", env = "UNLOCKD_BOOTSTRAP_TOKEN_FILE")]
    pub bootstrap_token_file: Option<PathBuf>,
    /// What to ask of passwords and of their hashes.
    #[command(flatten)]
    pub passwords: PasswordSettings,
    /// Lifetimes of sessions.
    #[command(flatten)]
    pub sessions: SessionSettings,
}

/// A wire that can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// JSON over HTTP.
    Json,
    /// gRPC.
    Grpc,
    /// gRPC-Web.
    GrpcWeb,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Everything that can be set, decided.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Where to listen, if it was said.
    pub listen: Option<SocketAddr>,
    /// Which database was asked for, if one was.
    pub database_url: Option<DatabaseUrl>,
    /// Where the embedded database and the first token are kept.
    pub data_dir: PathBuf,
    /// The wires to serve.
    pub transports: BTreeSet<Transport>,
    /// The origins whose pages may call.
    pub cors_origins: Vec<HeaderValue>,
    /// The proxies whose word is taken on where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// The longest time a request may take.
    pub request_timeout: Duration,
    /// Time after which an idle connection is closed.
    pub idle_timeout: Duration,
    /// Time that requests in flight have to end when the server stops.
    pub shutdown_grace: Duration,
    /// How long events are kept; for ever, without it.
    pub event_retention: Option<Duration>,
    /// How the log is written; by what standard error is, if nothing was said.
    pub log_format: Option<LogFormat>,
    /// What the log shows, in the syntax of `tracing_subscriber::EnvFilter`.
    pub log_filter: Option<String>,
    /// Where the first token is read from, or written to.
    pub bootstrap_token_file: PathBuf,
    /// The first token, if it was handed in.
    pub bootstrap_token: Option<SecretToken>,
    /// What is asked of passwords and of their hashes.
    pub passwords: Passwords,
    /// Lifetimes of sessions.
    pub session_lifetimes: SessionLifetimes,
}

impl Settings {
    /// Reads the file and the rest of the environment, and decides.
    ///
    /// # Errors
    /// [`CommandError`] for a file that cannot be read, an unknown key, or a value that makes no sense.
    pub fn load(self) -> Result<Configuration, CommandError> {
        let file = match &self.config {
            Some(path) => file::read(path)?,
            None => file::SettingsFile::default(),
        };
        let passwords = self.passwords.or(file.passwords()).decide()?;
        let session_lifetimes = self.sessions.or(file.sessions()).decide()?;
        let data_dir = self
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| PathBuf::from(".unlockd"));
        let transports: BTreeSet<_> = self
            .transports
            .or(file.transports)
            .unwrap_or_else(|| Transport::value_variants().to_vec())
            .into_iter()
            .collect();
        if transports.is_empty() {
            return Err(CommandError::new(
                "transports: name at least one of json, grpc, grpc-web",
            ));
        }
        let request_timeout = self.request_timeout.or(file.request_timeout).unwrap_or(10);
        if request_timeout == 0 {
            return Err(CommandError::new("request timeout: must be at least 1 second"));
        }
        let idle_timeout = self.idle_timeout.or(file.idle_timeout).unwrap_or(IDLE_TIMEOUT);
        if idle_timeout == 0 {
            return Err(CommandError::new("idle timeout: must be at least 1 second"));
        }
        let shutdown_grace = self.shutdown_grace.or(file.shutdown_grace).unwrap_or(SHUTDOWN_GRACE);
        let event_retention = self.event_retention.or(file.event_retention);
        let bootstrap_token = environment("UNLOCKD_BOOTSTRAP_TOKEN")?
            .map(|token| parse_bootstrap_token(&token, "UNLOCKD_BOOTSTRAP_TOKEN"))
            .transpose()?;
        let database_url = self
            .database_url
            .map(DatabaseUrlText::parse)
            .transpose()?
            .or(file.database_url);
        let trusted_proxies = self.trusted_proxies.or(file.trusted_proxies).unwrap_or_default();
        Ok(Configuration {
            listen: self.listen.or(file.listen),
            database_url,
            transports,
            cors_origins: parse_origins(&self.cors_origins.or(file.cors_origins).unwrap_or_default())?,
            trusted_proxies: TrustedProxies::parse(&trusted_proxies)?,
            request_timeout: Duration::from_secs(request_timeout.into()),
            idle_timeout: Duration::from_secs(idle_timeout.into()),
            shutdown_grace: Duration::from_secs(shutdown_grace.into()),
            event_retention: event_retention.map(retention).transpose()?,
            log_format: self.log_format.or(file.log_format),
            log_filter: environment("UNLOCKD_LOG")?.or(file.log),
            bootstrap_token_file: self
                .bootstrap_token_file
                .or(file.bootstrap_token_file)
                .unwrap_or_else(|| data_dir.join("admin.token")),
            bootstrap_token,
            passwords,
            session_lifetimes,
            data_dir,
        })
    }
}

impl Configuration {
    /// Where to listen: as was said, else on port 8080 of the loopback interface.
    #[must_use]
    pub fn listen_address(&self) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    /// The database: the one that was asked for, else the embedded one.
    #[must_use]
    pub fn database(&self) -> DatabaseUrl {
        self.database_url
            .clone()
            .unwrap_or_else(|| DatabaseUrl::embedded(&self.data_dir))
    }
}

fn retention(TimeSpan(retention): TimeSpan) -> Result<Duration, CommandError> {
    if retention < SHORTEST_EVENT_RETENTION {
        return Err(CommandError::new("event retention: must be at least 1h"));
    }
    Ok(retention)
}

/// Takes over a token that was handed in.
pub(crate) fn parse_bootstrap_token(token: &str, source: &str) -> Result<SecretToken, CommandError> {
    let token = token.trim();
    if token.chars().count() < MIN_BOOTSTRAP_TOKEN_CHARACTERS {
        return Err(CommandError::new(format!(
            "{source}: the bootstrap token is too short: it must have at least {MIN_BOOTSTRAP_TOKEN_CHARACTERS} characters"
        )));
    }
    match bearer_token(Some(format!("Bearer {token}").as_bytes())) {
        Ok(Some(token)) => Ok(token),
        Ok(None) | Err(_) => Err(CommandError::new(format!(
            "{source}: the bootstrap token may only have letters, digits and the characters - . _ ~ + / ="
        ))),
    }
}

fn environment(name: &str) -> Result<Option<String>, CommandError> {
    match env::var(name) {
        Ok(value) => Ok((!value.is_empty()).then_some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(CommandError::new(format!("{name}: must be UTF-8"))),
    }
}

fn parse_origins(origins: &[String]) -> Result<Vec<HeaderValue>, CommandError> {
    origins
        .iter()
        .map(|origin| {
            let has_host = origin
                .split_once("://")
                .is_some_and(|(scheme, host)| !scheme.is_empty() && !host.is_empty() && !host.contains('/'));
            match HeaderValue::from_str(origin) {
                Ok(value) if has_host => Ok(value),
                _ => Err(CommandError::new(format!(
                    "cors origin {origin:?}: must be a scheme and a host, such as https://desk.example.com"
                ))),
            }
        })
        .collect()
}
