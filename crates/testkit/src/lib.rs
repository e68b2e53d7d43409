//! What the tests of unlockd stand on: ports in memory, a clock that stands still, fixtures, and the contract suite.

mod codes;
pub mod contract;
mod drive;
mod fixed_clock;
pub mod fixtures;
mod hashing;
mod ids;
pub mod memory;
mod outage;
pub mod postgres;
pub mod scenarios;
mod services;
mod tokens;
pub mod wires;

pub use codes::SequentialCodes;
pub use drive::drive;
pub use fixed_clock::FixedClock;
pub use hashing::{Computations, CountingHasher, InsecureTestHasher};
pub use ids::SequentialIds;
pub use memory::MemoryStore;
pub use outage::Outage;
pub use services::{Services, Stores};
pub use tokens::SequentialTokens;
