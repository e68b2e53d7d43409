//! One file a command: open the database, call the use case, print the answer.

mod grant;
mod health;
mod organization;
mod serve;
mod table;
mod token;

use std::fmt::Display;

use unlockd_application::administration::Administration;
use unlockd_domain::{OrganizationId, UserId};

use crate::command_line::Command;
use crate::compose::{self, Composition};
use crate::configuration::{Configuration, DatabaseUrl};
use crate::output::say;
use crate::{CommandError, demo};

/// Does what the command line asks for.
///
/// # Errors
/// [`CommandError`], the line to show.
pub async fn run(command: Command, configuration: Configuration) -> Result<(), CommandError> {
    match command {
        Command::Serve => serve::run(&configuration).await,
        Command::Demo(arguments) => demo::run(arguments, configuration).await,
        Command::Health => health::run(&configuration).await,
        Command::Migrate => {
            compose::migrate(&configuration.database()).await?;
            say(format_args!("The {} is up to date.", configuration.database()))
        }
        Command::Token(command) => administer(&configuration, |opened| token::run(command, opened)).await,
        Command::Organization(command) => administer(&configuration, |opened| organization::run(command, opened)).await,
        Command::Grant(command) => administer(&configuration, |opened| grant::run(command, opened)).await,
    }
}

/// Runs a command on a database that a server has begun.
async fn administer<F>(
    configuration: &Configuration,
    command: impl FnOnce(Administration) -> F,
) -> Result<(), CommandError>
where
    F: Future<Output = Result<(), CommandError>>,
{
    let database = configuration.database();
    let not_begun = || CommandError::new(format!("the {database} has not begun: run `unlockd serve` once"));
    if let DatabaseUrl::Sqlite(path) = &database
        && !path.exists()
    {
        return Err(not_begun());
    }
    let composition = Composition::open_beside_server(configuration).await?;
    let administration = composition.administration.clone();
    let outcome = match administration.needs_bootstrap().await {
        Ok(false) => command(administration).await,
        Ok(true) => Err(not_begun()),
        Err(error) => Err(error.into()),
    };
    composition.close().await;
    outcome
}

fn parse_user_id(id: String) -> Result<UserId, CommandError> {
    UserId::new(id).map_err(|error| invalid("user id", error))
}

fn parse_organization_id(id: String) -> Result<OrganizationId, CommandError> {
    OrganizationId::new(id).map_err(|error| invalid("organization id", error))
}

fn invalid(what: &str, error: impl Display) -> CommandError {
    CommandError::new(format!("the {what} {error}"))
}
