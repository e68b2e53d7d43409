//! The benchmark of unlockd: `cargo run --release -p unlockd-bench -- --help`. It needs Linux, whose `/proc` tells who uses the
//! processors up; elsewhere there is nothing in this crate.

#![cfg(target_os = "linux")]

mod clients;
mod cpu;
mod database;
mod failure;
mod load;
mod measure;
mod moment;
mod options;
mod pgbench;
mod report;
mod server_process;
mod server_program;

use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::options::{Options, Plan};

/// Does what the command line says, and answers as a program does.
pub async fn run() -> ExitCode {
    match measure_and_report(Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures and reports; answers whether every request succeeded, and the databases hold what they should.
async fn measure_and_report(options: Options) -> Result<bool, Failure> {
    let plan = Plan::from_options(options)?;
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    // What was started ends with the future that holds it.
    let report = tokio::select! {
        report = measure::measure(&plan) => report?,
        _ = interrupt.recv() => return Err("interrupted".into()),
        _ = terminate.recv() => return Err("terminated".into()),
    };
    let markdown = report.to_markdown();
    println!("{markdown}");
    if let Some(file) = &plan.markdown {
        std::fs::write(file, &markdown)?;
    }
    if let Some(file) = &plan.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    for fault in report.faults() {
        eprintln!("{fault}");
    }
    Ok(report.faults().is_empty())
}
