//! The router in process, on the application in memory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed expectation is how a test fails"
)]

mod bodies;
mod errors;
mod faults;
mod health;
mod json_forms;
mod openapi;
mod paths;
mod request_context;
mod routing;
mod scenarios;
mod service;
mod tokens;
mod unread_bodies;
