//! The rules of unlockd, seen from outside of the crate.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod access_tokens;
mod activity_events;
mod any_events;
mod authorization;
mod events;
mod expired_locks;
mod histories;
mod ids;
mod lifecycle;
mod lockout_model;
mod lockout_policies;
mod lockouts_by_chance;
mod login_identities;
mod password_resets;
mod passwords;
mod policy_events;
mod positions;
mod power;
mod profile_changes;
mod sequences;
mod sessions;
mod sign_in;
mod source_failures;
mod source_totals;
mod sources;
mod state_machine;
mod texts;
mod timestamps;
mod transitions;
mod user_data;
mod usernames;

use proptest::test_runner::Config;
use unlockd_domain::{Actor, OrganizationId, Timestamp, User, UserChange, UserId, UserRecord, UserState};

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

/// The same in this state, after two locks by the policy and five wrong passwords that count until 2030.
fn in_state(time: &str, state: UserState) -> User {
    User::from(UserRecord {
        state,
        password_failures: vec![at("2030-01-01T00:00:00Z"); 5],
        policy_locks: 2,
        ..created(time).user().record().clone()
    })
}
