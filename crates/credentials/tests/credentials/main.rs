//! Password hashing, tokens and ids, as the ports promise them.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

mod codes;
mod fingerprints;
mod ids;
mod imported_hashes;
mod parameters;
mod passwords;
mod tokens;
mod verification;
