//! Runs a command with a `SQLite` database of its own, which is gone afterwards.
//!
//! `with_sqlite [--migrations FOLDER] VARIABLE COMMAND [ARGUMENT]...` puts the database's URL into the environment variable
//! and exits with the command's exit code.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let migrations = match arguments.first().map(String::as_str) {
        Some("--migrations") if arguments.len() > 1 => arguments.drain(..2).nth(1),
        _ => None,
    };
    let [variable, command, arguments @ ..] = arguments.as_slice() else {
        return Err("usage: with_sqlite [--migrations FOLDER] VARIABLE COMMAND [ARGUMENT]...".into());
    };
    let folder = tempfile::tempdir()?;
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("unlockd.db"))
        .create_if_missing(true);
    let mut connection: SqliteConnection = options.connect().await?;
    if let Some(folder) = migrations {
        Migrator::new(Path::new(&folder)).await?.run(&mut connection).await?;
    }
    connection.close().await?;
    let status = Command::new(command)
        .args(arguments)
        .env(variable, options.to_url_lossy().as_str())
        .status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
