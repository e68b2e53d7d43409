//! The use cases alone: on ports in memory, with a clock that stands still.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod activities;
mod administration;
mod authentication;
mod authorization;
mod bearer_token;
mod change_forms;
mod conflicts;
mod creating;
mod creating_sessions;
mod deactivating;
mod deleting;
mod dependency_table;
mod digests;
mod durations;
mod errors;
mod errors_page;
mod event_forms;
mod event_store_double;
mod failure_store_double;
mod forms;
mod guessing_at_once;
mod hasher_double;
mod histories;
mod housekeeping;
mod idempotency;
mod listing_events;
mod listing_sessions;
mod listing_users;
mod lobby;
mod locking;
mod lockout_policies;
mod lockout_policy_forms;
mod model;
mod password_change_required;
mod password_rules;
mod policy_history;
mod power;
mod proving_passwords;
mod reactivating;
mod reading;
mod repeatable_change;
mod repeated_at_once;
mod repeated_passwords;
mod repeated_sessions;
mod resetting_passwords;
mod safeguard_forms;
mod search_forms;
mod sequences;
mod session_access;
mod session_forms;
mod session_passwords;
mod session_store_double;
mod session_tokens;
mod setting_passwords;
mod setting_sessions;
mod sign_in_faults;
mod signing_in;
mod stage;
mod steps;
mod store_readiness;
mod stored_texts;
mod throttling;
mod unlocking;
mod updating;
mod user_store_double;
mod usernames;
mod watching;
mod watching_callers;
mod watching_feed;
