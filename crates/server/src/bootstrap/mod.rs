//! The first start on an empty database: an organization, a user who may do everything, and their token.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use unlockd_application::administration::Administration;
use unlockd_application::ports::SecretToken;

use crate::CommandError;
use crate::configuration::{Configuration, parse_bootstrap_token};

/// Fills an empty database; does nothing on any other.
///
/// The token is in its file before it is in the database, so that a crash between the two loses nothing: the next start
/// finds the file and uses it.
///
/// # Errors
/// [`CommandError`] when the token file cannot be read or written, or the database fails.
pub(crate) async fn bootstrap(
    administration: &Administration,
    configuration: &Configuration,
) -> Result<(), CommandError> {
    if !administration.needs_bootstrap().await? {
        return Ok(());
    }
    let file = &configuration.bootstrap_token_file;
    let handed_in = match &configuration.bootstrap_token {
        Some(token) => Some(token.clone()),
        None => read_token(file)?,
    };
    let is_new = handed_in.is_none();
    let prepared = administration.prepare_bootstrap(handed_in)?;
    if is_new {
        write_token(file, &prepared.secret)
            .map_err(|error| CommandError::caused(format!("cannot write {}", file.display()), &error))?;
    }
    let written = administration.bootstrap(&prepared).await?;
    if written && is_new {
        tracing::info!(token_file = %file.display(), "created the organization default and the user admin");
    } else if written {
        tracing::info!("created the organization default and the user admin with the token that was handed in");
    } else if is_new {
        // Another replica was first, with a token of its own.
        fs::remove_file(file)
            .map_err(|error| CommandError::caused(format!("cannot remove {}", file.display()), &error))?;
    }
    Ok(())
}

fn read_token(file: &Path) -> Result<Option<SecretToken>, CommandError> {
    match fs::read_to_string(file) {
        Ok(text) => parse_bootstrap_token(&text, &file.display().to_string()).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CommandError::caused(format!("cannot read {}", file.display()), &error)),
    }
}

fn write_token(file: &Path, token: &SecretToken) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut output = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(output, "{}", token.expose())?;
    output.sync_all()
}
