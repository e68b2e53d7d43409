use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The right to be the one server of a database file. The system takes it back when the process ends, however it ends.
///
/// It is a lock on a file of its own beside the database: if the process closed the database file itself, it would lose the
/// locks that SQLite holds on it (<https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_>).
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

/// Reason why a process may not be the server of a database file.
#[derive(Debug, Error)]
pub enum ServerLockError {
    /// Another process is.
    #[error("another server uses it, and it is for one server; several can share a PostgreSQL database")]
    Held,
    /// The lock file cannot be opened or locked.
    #[error("{} cannot be locked", path.display())]
    Failed {
        /// The lock file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl ServerLock {
    /// Takes the lock of a database file, which exists.
    ///
    /// # Errors
    /// [`ServerLockError`] when another process has the lock, or the lock file cannot be opened or locked.
    pub fn acquire(database: &Path) -> Result<Self, ServerLockError> {
        let path = lock_file(database);
        let failed = |source| ServerLockError::Failed {
            path: path.clone(),
            source,
        };
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        options.mode(0o600);
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ServerLockError::Held),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// The lock file, which is the same for all names of one database.
fn lock_file(database: &Path) -> PathBuf {
    let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let mut path = OsString::from(database);
    path.push(".lock");
    path.into()
}
