//! The log: to standard error, so that what commands print stays theirs.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::CommandError;
use crate::configuration::{Configuration, LogFormat};

/// Begins to log.
///
/// # Errors
/// [`CommandError`] for a filter that cannot be read.
pub fn start(configuration: &Configuration, quiet: bool) -> Result<(), CommandError> {
    let filter = filter(configuration.log_filter.as_deref(), quiet)
        .map_err(|error| CommandError::caused("UNLOCKD_LOG cannot be read", &error))?;
    let terminal = io::stderr().is_terminal();
    let format = configuration
        .log_format
        .unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let outcome = match format {
        LogFormat::Text => builder.with_ansi(terminal).with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).try_init(),
    };
    outcome.map_err(|error| CommandError::new(format!("cannot start the log: {error}")))
}

/// Libraries that write whole headers, and with them tokens, at their finest levels.
const CAPPED: [&str; 4] = ["h2=info", "hyper=info", "hyper_util=info", "tonic=info"];

fn filter(asked: Option<&str>, quiet: bool) -> Result<EnvFilter, ParseError> {
    let mut filter = EnvFilter::try_new(asked.unwrap_or(if quiet { "warn" } else { "info" }))?;
    for directive in CAPPED {
        filter = filter.add_directive(directive.parse()?);
    }
    Ok(filter)
}
