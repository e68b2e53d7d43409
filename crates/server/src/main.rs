//! The `unlockd` program.

use std::io::{self, Write};
use std::process::ExitCode;

use mimalloc::MiMalloc;
use unlockd_server::command_line::CommandLine;
use unlockd_server::{commands, telemetry};

/// A request is some hundred small allocations, many of which another thread frees: see docs/performance.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    refuse_huge_pages();
    let command_line = CommandLine::read();
    let outcome = match command_line.settings.clone().load() {
        Ok(configuration) => match telemetry::start(&configuration, command_line.command.quiet()) {
            Ok(log) => {
                let outcome = commands::run(command_line.command, configuration).await;
                drop(log);
                outcome
            }
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code has to do.
            let _ = writeln!(io::stderr(), "unlockd: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Huge pages of memory would be held half empty: twice as much of it, and no faster. The allocator does not ask for them; this is
/// for systems that give them to everybody.
#[cfg(target_os = "linux")]
fn refuse_huge_pages() {
    // Where that is not possible, it costs memory and nothing else.
    rustix::thread::disable_transparent_huge_pages(true).unwrap_or_default();
}
