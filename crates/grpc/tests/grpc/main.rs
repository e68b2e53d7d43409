//! The RPCs over real sockets, on ports in memory.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod authentication;
mod cancellation;
mod contexts;
mod deadlines;
mod doubles;
mod health;
mod malformed_requests;
mod media_types;
mod panics;
mod raw_client;
mod reflection;
mod rest_paths;
mod scenarios;
mod stage;
mod streams;
mod unknown_rpcs;
mod web_transport;
