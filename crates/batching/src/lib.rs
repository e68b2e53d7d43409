//! Group commit: what is asked for while a batch is in flight becomes the next batch.
//!
//! A database does ten small things in one statement, with one flush, for little more than it takes to do one. [`Batches`] makes
//! batches out of callers who know nothing of each other, without making anybody wait for company:
//!
//! - Who finds nothing in flight is not held up: their item is a batch, and runs where they are, without a change of task.
//! - Who comes meanwhile waits in a bounded queue. The next batch is made of all who wait, as far as the [`Limits`] go, and
//!   begins when the one before has ended. There are no timers.
//! - Items with the same key are never in one batch, and are run in the order in which they came. Only so many of them wait, so
//!   that they leave room for others.
//! - Everybody gets an answer of their own. A caller who goes away takes only their own item along, and only while it waits: a
//!   batch that has begun comes to its end, unless its runtime does before. A batch that panics fails those who are in it.
//!
//! Nothing runs and no task exists while nobody asks for anything.

mod batches;
mod in_place;
mod queue;
mod work;

pub use batches::{Batches, SubmitError};
pub use queue::Limits;
pub use work::BatchWork;
