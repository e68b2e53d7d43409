//! The contract keeps its word: numbers that clients rely on, and secrets that stay out of logs.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

mod contract;
mod event_numbers;
mod numbers;
mod object_numbers;
mod policy_numbers;
mod secrets;
mod session_numbers;
mod session_secrets;
mod user_numbers;
