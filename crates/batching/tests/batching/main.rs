//! What callers of batches may rely on.

mod gate;
mod gathering;
mod limits;
mod mishaps;
mod order;
