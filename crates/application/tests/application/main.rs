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
mod conflicts;
mod creating;
mod dependency_table;
mod errors;
mod errors_page;
mod forms;
mod histories;
mod locking;
mod reading;
mod stage;
mod store_readiness;
mod unlocking;
mod user_store_double;
