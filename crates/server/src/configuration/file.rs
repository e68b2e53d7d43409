use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{DatabaseUrl, LogFormat, PasswordSettings, SessionSettings, TimeSpan, Transport};
use crate::CommandError;

/// What the file of settings can say. Unknown keys are errors: a slip must not pass as a default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsFile {
    pub(super) listen: Option<SocketAddr>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) database_url: Option<DatabaseUrl>,
    pub(super) transports: Option<Vec<Transport>>,
    pub(super) cors_origins: Option<Vec<String>>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) request_timeout: Option<u32>,
    pub(super) idle_timeout: Option<u32>,
    pub(super) shutdown_grace: Option<u32>,
    pub(super) event_retention: Option<TimeSpan>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) log: Option<String>,
    pub(super) bootstrap_token_file: Option<PathBuf>,
    password_min_length: Option<u16>,
    password_hash_memory: Option<u32>,
    password_hash_iterations: Option<u32>,
    password_hash_parallelism: Option<u32>,
    password_hash_threads: Option<NonZeroU16>,
    password_hash_queue: Option<u16>,
    session_lifetime: Option<TimeSpan>,
    session_max_lifetime: Option<TimeSpan>,
}

impl SettingsFile {
    /// What the file says about passwords.
    pub(super) fn passwords(&self) -> PasswordSettings {
        PasswordSettings {
            min_length: self.password_min_length,
            hash_memory: self.password_hash_memory,
            hash_iterations: self.password_hash_iterations,
            hash_parallelism: self.password_hash_parallelism,
            hash_threads: self.password_hash_threads,
            hash_queue: self.password_hash_queue,
        }
    }

    /// Settings of sessions.
    pub(super) fn sessions(&self) -> SessionSettings {
        SessionSettings {
            lifetime: self.session_lifetime,
            max_lifetime: self.session_max_lifetime,
        }
    }
}

pub(super) fn read(path: &Path) -> Result<SettingsFile, CommandError> {
    let text = fs::read_to_string(path)
        .map_err(|error| CommandError::caused(format!("cannot read {}", path.display()), &error))?;
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        CommandError::new(format!("{}, line {line}: {}", path.display(), error.message()).replace('\n', " "))
    })
}
