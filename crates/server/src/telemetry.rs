//! The log: to standard error, so that what commands print stays theirs.

use std::fmt::{self, Debug, Write};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::panic;
use std::time::Duration;

use tracing::Level;
use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

use crate::CommandError;
use crate::configuration::{Configuration, LogFormat};
use crate::log_writer::LogWriter;
use crate::one_line::OneLine;

/// Bytes of log lines that may wait to be written. Some ten thousand requests.
const MAX_QUEUED_BYTES: usize = 4 << 20;

/// Time to write the last lines when the process ends.
const FLUSH_TIME: Duration = Duration::from_millis(500);

/// The running log. Dropping it waits until all lines are written, for half a second at most.
#[must_use = "dropping this flushes the log"]
pub struct Log(LogWriter);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush(FLUSH_TIME);
    }
}

/// Begins to log.
///
/// # Errors
/// [`CommandError`] for a filter that cannot be read.
pub fn start(configuration: &Configuration, quiet: bool) -> Result<Log, CommandError> {
    let filter = filter(configuration.log_filter.as_deref(), quiet)
        .map_err(|error| CommandError::caused("UNLOCKD_LOG cannot be read", &error))?;
    let terminal = io::stderr().is_terminal();
    let format = configuration
        .log_format
        .unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    let cannot_start = |error: &(dyn std::error::Error + 'static)| CommandError::caused("cannot start the log", error);
    // A handle of its own: a write that stalls would hold the lock of `io::stderr` otherwise.
    let output = io::stderr().as_fd().try_clone_to_owned().map(File::from);
    let writer = output
        .and_then(|output| LogWriter::start(output, MAX_QUEUED_BYTES))
        .map_err(|error| cannot_start(&error))?;
    let log = Log(writer.clone());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || writer.clone())
        // They would go to standard error directly, and panic where that is closed.
        .log_internal_errors(false);
    let outcome = match format {
        LogFormat::Text => builder
            .with_ansi(terminal)
            .with_target(false)
            .fmt_fields(one_line_fields())
            .try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).try_init(),
    };
    outcome.map_err(|error| cannot_start(&*error))?;
    // A panic is a line of the log like any other, so that programs can read it.
    let unlogged = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !tracing::enabled!(Level::ERROR) {
            return unlogged(panic);
        }
        let location = panic.location().map(ToString::to_string);
        tracing::error!(location, panic = panic.payload_as_str(), "panicked");
    }));
    Ok(log)
}

/// Fields of the text format, which leaves line breaks and escapes in them as they are; JSON does not.
fn one_line_fields() -> impl for<'writer> FormatFields<'writer> + Send + Sync + 'static {
    debug_fn(write_field).delimited(" ")
}

fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    let mut line = OneLine(writer);
    match field.name() {
        "message" => write!(line, "{value:?}"),
        name => write!(line, "{name}={value:?}"),
    }
}

/// Libraries that write whole headers, and with them tokens, at their finest levels; what PostgreSQL tells about each
/// start; and the values of parameters in a database URL.
const CAPPED: [&str; 6] = [
    "h2=info",
    "hyper=info",
    "hyper_util=info",
    "sqlx::postgres::notice=warn",
    "sqlx_postgres::options=off",
    "tonic=info",
];

fn filter(asked: Option<&str>, quiet: bool) -> Result<EnvFilter, ParseError> {
    let mut filter = EnvFilter::try_new(asked.unwrap_or(if quiet { "warn" } else { "info" }))?;
    for directive in CAPPED {
        filter = filter.add_directive(directive.parse()?);
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use std::io::Seek;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_event_is_one_line_of_text_whatever_its_fields_and_spans_hold() {
        let file = Arc::new(tempfile::tempfile().unwrap());
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Arc::clone(&file))
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .fmt_fields(one_line_fields())
            .finish();
        let id = "bob\nINFO forged \u{1b}[2J";

        tracing::subscriber::with_default(subscriber, || {
            let _span = tracing::info_span!("lock", user.id = %id).entered();
            tracing::info!(caller.id = %id, reason = "none", "request of {id}");
        });

        (&*file).rewind().unwrap();
        let line = io::read_to_string(&*file).unwrap();
        let escaped = r"bob\nINFO forged \u{1b}[2J";
        assert_eq!(
            line,
            format!(" INFO lock{{user.id={escaped}}}: request of {escaped} caller.id={escaped} reason=\"none\"\n"),
        );
    }
}
