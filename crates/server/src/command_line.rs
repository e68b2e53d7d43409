//! What can be typed. The names are a contract: other programs rely on them.

#![expect(clippy::doc_markdown, reason = "the help is shown as plain text")]

use std::env;
use std::ffi::OsString;
use std::time::Duration;

use clap::builder::Resettable;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::configuration::Settings;
use crate::main_process;

/// unlockd lets locked users back in.
///
/// It holds users, locks them, unlocks them, and lets them in only while they are active; over JSON/HTTP, gRPC and
/// gRPC-Web on one port, on an embedded SQLite file or on PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "unlockd", version, propagate_version = true)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to do it.
    #[command(flatten)]
    pub settings: Settings,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service
    ///
    /// Brings the database up to date first. An empty database gets the organization `default` and the user `admin` with
    /// the role IAM_OWNER and one access token: that of UNLOCKD_BOOTSTRAP_TOKEN, else that of the bootstrap token file, else
    /// a new one that is written to that file.
    Serve,
    /// Bring the database up to date
    Migrate,
    /// Ask the server that runs with these settings whether it is up
    Health,
    /// A tour of unlockd: starts it, locks and unlocks users over all three wires, and shows every request and answer
    Demo(Demo),
    /// Manage access tokens
    #[command(subcommand)]
    Token(Token),
    /// Manage organizations
    #[command(subcommand)]
    Organization(Organization),
    /// Manage which roles users hold
    ///
    /// Roles on the instance: IAM_OWNER, IAM_USER_MANAGER, IAM_OWNER_VIEWER, IAM_USER_UNLOCKER, IAM_LOGIN_CLIENT.
    /// Roles on an organization: ORG_OWNER, ORG_USER_MANAGER, ORG_OWNER_VIEWER, ORG_USER_UNLOCKER.
    #[command(subcommand)]
    Grant(Grant),
}

/// How to run the tour.
#[derive(Debug, Args)]
pub struct Demo {
    /// Keep the service up afterwards, until Ctrl-C, and show lines to paste into a shell
    #[arg(long)]
    pub serve: bool,
}

/// Access tokens.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token for a user and print it; it is not shown again
    Create {
        /// The user's id
        #[arg(long, value_name = "ID")]
        user: String,
        /// How long the token works, such as 30m, 12h or 90d; for ever without this
        #[arg(long, value_name = "TIME", value_parser = parse_lifetime)]
        expires_in: Option<Duration>,
        /// Name for people, shown in `token list`
        #[arg(long)]
        name: Option<String>,
    },
    /// List tokens, without their secrets, with their last use to within five minutes
    List {
        /// Only this user's
        #[arg(long, value_name = "ID")]
        user: Option<String>,
    },
    /// Make a token stop working; running servers may honour it for 5 seconds more
    Revoke {
        /// The token's id, from `token list`
        id: String,
    },
}

/// Organizations.
#[derive(Debug, Subcommand)]
pub enum Organization {
    /// Make an organization and print its id
    Create {
        /// What people call it
        name: String,
        /// The id, without slashes, backslashes and control characters; generated if there is none
        #[arg(long)]
        id: Option<String>,
    },
    /// List organizations
    List,
}

/// Roles of users.
#[derive(Debug, Subcommand)]
pub enum Grant {
    /// Let a user hold a role
    Add(GrantArguments),
    /// Take a role away; running servers may honour it for 5 seconds more
    Remove(GrantArguments),
    /// List who holds what
    List {
        /// Only this user's
        #[arg(long, value_name = "ID")]
        user: Option<String>,
    },
}

/// A role of a user.
#[derive(Debug, Args)]
pub struct GrantArguments {
    /// The user's id
    #[arg(long, value_name = "ID")]
    pub user: String,
    /// The role: IAM_OWNER, IAM_USER_MANAGER, IAM_OWNER_VIEWER, IAM_USER_UNLOCKER, IAM_LOGIN_CLIENT, ORG_OWNER,
    /// ORG_USER_MANAGER, ORG_OWNER_VIEWER or ORG_USER_UNLOCKER
    #[arg(long)]
    pub role: String,
    /// The organization's id, for the roles that begin with ORG_
    #[arg(long, value_name = "ID")]
    pub organization: Option<String>,
}

impl CommandLine {
    /// What was typed, and what the environment says. Ends the process if it cannot be understood, or if help was asked for.
    #[must_use]
    pub fn read() -> Self {
        let mut line = Self::parse_words(env::args_os()).unwrap_or_else(|error| error.exit());
        let without_flags = env::args_os().len() == 2;
        if matches!(line.command, Command::Health)
            && without_flags
            && let Some(settings) = main_process::settings()
        {
            line.settings = settings;
        }
        line
    }

    /// Parses the words of a command line, the first of which is the program.
    pub(crate) fn parse_words(words: impl IntoIterator<Item: Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        // A variable that is set to nothing says nothing: shells and compose files set such ones.
        let command = Self::command().mut_args(|argument| {
            let value = argument.get_env().and_then(env::var_os);
            if value.is_some_and(|value| value.is_empty()) {
                argument.env(Resettable::Reset)
            } else {
                argument
            }
        });
        Self::from_arg_matches(&command.try_get_matches_from(words)?)
    }
}

impl Command {
    /// Whether the log is kept to warnings unless something else is asked for: the command prints its own answer.
    #[must_use]
    pub fn quiet(&self) -> bool {
        match self {
            Self::Serve => false,
            Self::Migrate | Self::Health | Self::Demo(_) | Self::Token(_) | Self::Organization(_) | Self::Grant(_) => {
                true
            }
        }
    }
}

/// A time span as it is typed: a number and a unit.
pub(crate) fn parse_lifetime(text: &str) -> Result<Duration, String> {
    let problem = || "must be a number and a unit: 90s, 30m, 12h or 90d".to_owned();
    let unit_at = text
        .find(|character: char| !character.is_ascii_digit())
        .ok_or_else(problem)?;
    let (number, unit) = text.split_at(unit_at);
    let seconds_each = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(problem()),
    };
    let number: u64 = number.parse().map_err(|_| problem())?;
    match number.checked_mul(seconds_each) {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(problem()),
    }
}
