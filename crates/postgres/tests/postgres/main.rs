//! The stores keep the contract of the ports on a real PostgreSQL, and what only PostgreSQL can show holds too.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed expectation is how a test fails"
)]

mod batches;
mod broken_connections;
mod connections;
mod contract;
mod dropped_writes;
mod erasure;
mod instance_owners;
mod lock_expiry;
mod lockout_policies;
mod migrations;
mod positions;
mod repeated_requests;
mod replicas;
mod retries;
mod rival;
mod settling;
mod sign_in_failures;
mod store;
