//! The `unlockd` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use unlockd_server::command_line::CommandLine;
use unlockd_server::{commands, telemetry};

/// A request is some hundred small allocations, many of which another thread frees; huge pages would only be held half empty. See
/// docs/performance.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let command_line = CommandLine::read();
    let outcome = match command_line.settings.clone().load() {
        Ok(configuration) => match telemetry::start(&configuration, command_line.command.quiet()) {
            Ok(()) => commands::run(command_line.command, configuration).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("unlockd: {error}");
            ExitCode::FAILURE
        }
    }
}
