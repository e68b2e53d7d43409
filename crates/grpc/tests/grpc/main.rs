//! The RPCs over real sockets, on ports in memory.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod authentication;
mod authorization_list;
mod cancellation;
mod contexts;
mod deadlines;
mod doubles;
mod health;
mod history;
mod in_process;
mod lockout_policies;
mod lockout_settings;
mod malformed_requests;
mod media_types;
mod panics;
mod password_resets;
mod raw_client;
mod reflection;
mod rest_paths;
mod safe_to_repeat;
mod scenarios;
mod search;
mod session_lists;
mod session_requests;
mod sessions;
mod sign_in;
mod sign_in_attempts;
mod stage;
mod streams;
mod unimplemented_fields;
mod unknown_rpcs;
mod watch_limits;
mod watching;
mod web_frames;
mod web_transport;
