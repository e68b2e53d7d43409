//! What callers of batches may rely on.

#![expect(clippy::unwrap_used, reason = "a failed expectation is how a test fails")]

mod gate;
mod gathering;
mod limits;
mod mishaps;
mod order;
