use std::path::PathBuf;
use std::time::Duration;

/// Where the file is, and how it is used.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// The file. It is created if it is absent, and its folder too, both for the account of the process alone.
    pub path: PathBuf,
    /// How long an operation may take, waiting for other processes included, before the store counts as unavailable. A change that
    /// was given up may happen for twice as long again, which `unlockd_application::authentication` takes to be ten seconds at most.
    pub operation_timeout: Duration,
    /// The most connections that read at the same time.
    pub readers: u32,
}

impl SqliteOptions {
    /// The file with what suits most: 5 seconds, 8 readers.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            operation_timeout: Duration::from_secs(5),
            readers: 8,
        }
    }
}
