use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use tempfile::NamedTempFile;
use unlockd_application::ports::SecretToken;

use crate::CommandError;
use crate::access_advice::with_access_advice;
use crate::configuration::parse_bootstrap_token;

/// The token in the file; if there is no file, a new one with a new token, which the second value tells.
pub(super) fn read_or_write(
    file: &Path,
    new: impl FnOnce() -> SecretToken,
) -> Result<(SecretToken, bool), CommandError> {
    if let Some(token) = read(file)? {
        return Ok((token, false));
    }
    let token = new();
    match write(file, &token) {
        Ok(()) => Ok((token, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match read(file)? {
            Some(token) => Ok((token, false)),
            None => Err(cannot("write", file, &error)),
        },
        Err(error) => Err(cannot("write", file, &error)),
    }
}

pub(super) fn remove(file: &Path) -> Result<(), CommandError> {
    fs::remove_file(file).map_err(|error| cannot("remove", file, &error))
}

fn read(file: &Path) -> Result<Option<SecretToken>, CommandError> {
    match fs::read_to_string(file) {
        Ok(text) => parse_bootstrap_token(&text, &file.display().to_string()).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", file, &error)),
    }
}

/// The file appears under its name with all that belongs in it, readable for its owner alone, or not at all.
fn write(file: &Path, token: &SecretToken) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut draft = NamedTempFile::new_in(folder)?;
    writeln!(draft, "{}", token.expose())?;
    draft.as_file().sync_all()?;
    draft.persist_noclobber(file)?;
    File::open(folder)?.sync_all()
}

fn cannot(verb: &str, file: &Path, error: &io::Error) -> CommandError {
    with_access_advice(
        CommandError::caused(format!("cannot {verb} {}", file.display()), error),
        file,
    )
}
