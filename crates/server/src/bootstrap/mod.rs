//! The first start on an empty database: an organization, a user who may do everything, and their token.

mod token_file;

use unlockd_application::administration::Administration;

use crate::CommandError;
use crate::configuration::Configuration;

/// Fills an empty database; does nothing on any other.
///
/// The token is in its file before it is in the database, so that a crash between the two loses nothing: the next start
/// finds the file and uses it. So does another process that starts at the same time with the same file.
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
    let (token, is_new) = match &configuration.bootstrap_token {
        Some(token) => (token.clone(), false),
        None => token_file::read_or_write(file, || administration.token_issuer.issue())?,
    };
    let prepared = administration.prepare_bootstrap(Some(token.clone()))?;
    if administration.bootstrap(&prepared).await? {
        tracing::info!("created the organization default and the user admin");
        if is_new {
            tracing::info!(file = %file.display(), "wrote the access token of admin");
        }
    } else if is_new && !administration.knows_token(&token).await? {
        // Another replica was first, with a token of its own; ours is worth nothing.
        token_file::remove(file)?;
    }
    Ok(())
}
