//! The rules of unlockd, seen from outside of the crate.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod access_tokens;
mod authorization;
mod events;
mod histories;
mod lifecycle;
mod passwords;
mod positions;
mod profile_changes;
mod sequences;
mod state_machine;
mod texts;
mod timestamps;
mod transitions;
mod user_data;
mod usernames;

use proptest::test_runner::Config;
use unlockd_domain::{Actor, OrganizationId, Timestamp, User, UserChange, UserId};

/// A failing case is printed and then belongs into a test of its own; no file is left behind.
fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

fn at(time: &str) -> Timestamp {
    Timestamp::parse_rfc3339(time).unwrap()
}

fn user_id(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn organization_id(id: &str) -> OrganizationId {
    OrganizationId::new(id).unwrap()
}

fn created(time: &str) -> UserChange {
    User::create(user_id("u"), organization_id("acme"), Actor::System, at(time))
}
