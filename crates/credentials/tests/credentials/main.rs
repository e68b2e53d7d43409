//! Password hashing, tokens and ids, as the ports promise them.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

mod codes;
mod fingerprints;
mod foreign_formats;
mod ids;
mod import_limits;
mod imported_hashes;
mod parameters;
mod passwords;
mod tokens;
mod verification;
