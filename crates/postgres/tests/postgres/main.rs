//! The stores keep the contract of the ports on a real PostgreSQL, and what only PostgreSQL can show holds too.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

mod broken_connections;
mod contract;
mod migrations;
mod replicas;
mod store;
