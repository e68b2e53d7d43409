//! The router in process, on the application in memory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed expectation is how a test fails"
)]

mod authorization_list;
mod bodies;
mod errors;
mod event_listing;
mod event_watching;
mod faults;
mod health;
mod json_forms;
mod lifecycle;
mod linearizability;
mod lockout_policies;
mod openapi;
mod password_resets;
mod paths;
mod repeating;
mod request_context;
mod routing;
mod scenarios;
mod searching;
mod service;
mod session_forms;
mod sessions;
mod sign_in;
mod tokens;
mod unread_bodies;
