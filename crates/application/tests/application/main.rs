//! The use cases alone: on ports in memory, with a clock that stands still.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod administration;
mod authentication;
mod authorization;
mod bearer_token;
mod change_forms;
mod conflicts;
mod creating;
mod deactivating;
mod deleting;
mod dependency_table;
mod digests;
mod errors;
mod errors_page;
mod event_forms;
mod event_store_double;
mod forms;
mod histories;
mod idempotency;
mod listing_events;
mod listing_users;
mod locking;
mod model;
mod reactivating;
mod reading;
mod repeatable_change;
mod repeated_at_once;
mod safeguard_forms;
mod search_forms;
mod sequences;
mod setting_passwords;
mod stage;
mod steps;
mod store_readiness;
mod unlocking;
mod updating;
mod user_store_double;
mod usernames;
mod watching;
mod watching_callers;
mod watching_feed;
