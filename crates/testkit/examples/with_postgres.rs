//! Runs a command with a PostgreSQL database of its own, which is gone afterwards.
//!
//! `with_postgres [--migrations FOLDER] VARIABLE COMMAND [ARGUMENT]...` puts the database's URL into the environment
//! variable and exits with the command's exit code.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};

use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;
use unlockd_testkit::postgres::TestDatabase;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let migrations = match arguments.first().map(String::as_str) {
        Some("--migrations") if arguments.len() > 1 => arguments.drain(..2).nth(1),
        _ => None,
    };
    let [variable, command, arguments @ ..] = arguments.as_slice() else {
        return Err("usage: with_postgres [--migrations FOLDER] VARIABLE COMMAND [ARGUMENT]...".into());
    };
    let Some(database) = TestDatabase::create().await else {
        return Err("there is no PostgreSQL to run the command with".into());
    };
    if let Some(folder) = migrations {
        let mut connection = PgConnection::connect(&database.url()).await?;
        Migrator::new(Path::new(&folder)).await?.run(&mut connection).await?;
        connection.close().await?;
    }
    let status = Command::new(command)
        .args(arguments)
        .env(variable, database.url())
        .status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
