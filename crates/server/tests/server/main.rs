//! End to end: the real program, real sockets, real databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed expectation is how a test fails"
)]

mod client_address;
mod command_line;
mod configuration;
mod connections;
mod dispatch;
mod guessing;
mod log_output;
mod program;
mod repeating;
mod replica_pair;
mod replicas;
mod running;
mod scenarios;
mod shared_database;
mod startup;
mod stopping;
mod watching;
