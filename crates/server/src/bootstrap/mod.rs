//! The first start on an empty database: an organization, a user who may do everything, and their token.

mod token_file;

use unlockd_application::administration::Administration;

use crate::CommandError;
use crate::configuration::Configuration;

/// Fills an empty database; changes nothing in any other.
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
        return warn_of_unused_token(administration, configuration).await;
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
    } else {
        warn_of_unused_token(administration, configuration).await?;
    }
    Ok(())
}

/// Warns if the environment has a token that the database does not know: requests with it are refused.
async fn warn_of_unused_token(
    administration: &Administration,
    configuration: &Configuration,
) -> Result<(), CommandError> {
    if let Some(token) = &configuration.bootstrap_token
        && !administration.knows_token(token).await?
    {
        tracing::warn!(
            "UNLOCKD_BOOTSTRAP_TOKEN is not a token of this database and has no effect; create one with \
             `unlockd token create --user admin`"
        );
    }
    Ok(())
}
