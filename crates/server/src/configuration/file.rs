use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{DatabaseUrl, LogFormat, Transport};
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
    pub(super) request_timeout: Option<u32>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) log: Option<String>,
    pub(super) bootstrap_token_file: Option<PathBuf>,
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
