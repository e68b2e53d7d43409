use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use unlockd_application::sessions::SessionLifetimes;

use crate::CommandError;
use crate::command_line::parse_lifetime;

/// Settings of sessions from one place: the command line and the environment, or the file.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct SessionSettings {
    /// Lifetime of sessions that are created without one, such as 12h or 30d [default: 30d]
    #[arg(
        long = "session-lifetime",
        global = true,
        value_name = "TIME",
        env = "UNLOCKD_SESSION_LIFETIME"
    )]
    pub lifetime: Option<TimeSpan>,
    /// Refuse to set longer lifetimes of sessions [default: 365d]
    #[arg(
        long = "session-max-lifetime",
        global = true,
        value_name = "TIME",
        env = "UNLOCKD_SESSION_MAX_LIFETIME"
    )]
    pub max_lifetime: Option<TimeSpan>,
}

/// A number and a unit: 90s, 30m, 12h or 90d.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TimeSpan(pub(super) Duration);

impl FromStr for TimeSpan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse_lifetime(text).map(Self)
    }
}

impl TryFrom<String> for TimeSpan {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl SessionSettings {
    /// These settings, completed by the others.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            lifetime: self.lifetime.or(others.lifetime),
            max_lifetime: self.max_lifetime.or(others.max_lifetime),
        }
    }

    /// Fills in the defaults. A maximum below the default lifetime shortens that one.
    ///
    /// # Errors
    /// [`CommandError`] for a lifetime that is set and longer than the maximum.
    pub(super) fn decide(self) -> Result<SessionLifetimes, CommandError> {
        let max = self.max_lifetime.map_or(SessionLifetimes::MAX, |TimeSpan(max)| max);
        let default = match self.lifetime {
            Some(TimeSpan(lifetime)) if lifetime > max => {
                return Err(CommandError::new(
                    "session lifetime: must not be longer than the session max lifetime",
                ));
            }
            Some(TimeSpan(lifetime)) => lifetime,
            None => SessionLifetimes::DEFAULT.min(max),
        };
        Ok(SessionLifetimes { default, max })
    }
}
