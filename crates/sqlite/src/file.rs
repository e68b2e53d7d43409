use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, ErrorKind};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The file of a database is not there and cannot be made.
#[derive(Debug, Error)]
#[error("{} cannot be made", path.display())]
pub struct FileError {
    path: PathBuf,
    source: io::Error,
}

/// Makes the file and its folder where they are absent, for the account of this process alone: the file holds password
/// hashes. SQLite gives the files it puts beside it the same mode.
pub(crate) fn create_if_absent(path: &Path) -> Result<(), FileError> {
    let failed = |path: &Path, source| FileError {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        create_folder(folder).map_err(|error| failed(folder, error))?;
    }
    match create_file(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(path, error)),
        Err(_) | Ok(()) => Ok(()),
    }
}

fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    builder.recursive(true).create(path)
}

fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    options.mode(0o600);
    options.write(true).create_new(true).open(path).map(drop)
}
