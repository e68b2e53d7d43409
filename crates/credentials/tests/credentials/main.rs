//! Password hashing, tokens and ids, as the ports promise them.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

mod fingerprints;
mod ids;
mod passwords;
mod tokens;
