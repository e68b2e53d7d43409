//! The server binary as a library: configuration, composition and serving, so that tests and the demo run what users run.

mod access_advice;
mod admission;
mod bootstrap;
pub mod client_address;
pub mod command_line;
pub mod commands;
pub mod compose;
pub mod configuration;
mod demo;
mod dispatch;
mod error;
mod host;
mod housekeeper;
mod idle_connections;
mod log_writer;
mod main_process;
mod one_line;
mod output;
mod protocol;
mod request_log;
pub mod serve;
mod shutdown;
mod system_clock;
pub mod telemetry;

pub use error::CommandError;
