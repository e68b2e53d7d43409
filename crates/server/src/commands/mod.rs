//! One file a command: open the database, call the use case, print the answer.

mod grant;
mod health;
mod organization;
mod serve;
mod table;
mod token;

use unlockd_domain::{OrganizationId, TextError, UserId};

use crate::bootstrap::bootstrap;
use crate::command_line::Command;
use crate::compose::Composition;
use crate::configuration::Configuration;
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
            Composition::open(&configuration.database()).await?.close().await;
            println!("The {} is up to date.", configuration.database());
            Ok(())
        }
        Command::Token(command) => administer(&configuration, |opened| token::run(command, opened)).await,
        Command::Organization(command) => administer(&configuration, |opened| organization::run(command, opened)).await,
        Command::Grant(command) => administer(&configuration, |opened| grant::run(command, opened)).await,
    }
}

/// Runs a command on the database as `serve` would find it: up to date, and begun.
async fn administer<F>(
    configuration: &Configuration,
    command: impl FnOnce(unlockd_application::administration::Administration) -> F,
) -> Result<(), CommandError>
where
    F: Future<Output = Result<(), CommandError>>,
{
    let composition = Composition::open(&configuration.database()).await?;
    bootstrap(&composition.administration, configuration).await?;
    let outcome = command(composition.administration.clone()).await;
    composition.close().await;
    outcome
}

fn parse_user_id(id: String) -> Result<UserId, CommandError> {
    UserId::new(id).map_err(|error| invalid("user id", error))
}

fn parse_organization_id(id: String) -> Result<OrganizationId, CommandError> {
    OrganizationId::new(id).map_err(|error| invalid("organization id", error))
}

fn invalid(what: &str, error: TextError) -> CommandError {
    CommandError::new(format!("the {what} {error}"))
}
