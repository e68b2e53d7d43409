//! The program of the benchmark.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> ExitCode {
    unlockd_bench::run().await
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("the benchmark needs Linux");
    ExitCode::FAILURE
}
