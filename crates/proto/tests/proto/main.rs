//! The contract keeps its word: numbers that clients rely on, and secrets that stay out of logs.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

mod contract;
mod event_numbers;
mod numbers;
mod secrets;
mod user_numbers;
