//! The stores in an SQLite file: the contract of all stores, and what is particular to a file.

#![expect(clippy::unwrap_used, reason = "a failed expectation is how a test fails")]

mod contract;
mod dropped_writes;
mod erasure;
mod file;
mod fixture;
mod lock_expiry;
mod migrations;
mod positions;
mod processes;
mod search;
mod sign_in_failures;
