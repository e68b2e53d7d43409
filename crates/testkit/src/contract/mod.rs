//! The contract suite: what every implementation of the store ports must do, one public function a rule.
//!
//! An implementation gives a [`StoreHarness`] and calls [`contract_tests!`](crate::contract_tests) once in its
//! integration tests; each function becomes a test of the same name, on a store of its own.

#![expect(clippy::expect_used, reason = "a failed expectation is how a contract test fails")]
#![expect(
    clippy::missing_panics_doc,
    reason = "a contract test panics when the contract is broken, and only then"
)]

pub mod access_token_store;
pub mod activity_events;
pub mod activity_writes;
mod arrange;
mod dice;
pub mod erasure;
pub mod event_retention;
pub mod event_selection;
pub mod events;
pub mod expired_locks;
pub mod grant_store;
pub mod idempotency;
pub mod identities;
pub mod instance_owners;
pub mod instance_store;
pub mod lockout_policy_store;
pub mod organization_store;
pub mod outages;
pub mod owner_departures;
pub mod owners_in_time;
pub mod password_resets;
pub mod policy_events;
mod population;
pub mod profile_edits;
mod random_changes;
pub mod session_ends;
pub mod session_passwords;
pub mod session_passwords_by_chance;
pub mod session_search;
pub mod session_store;
pub mod several_events;
pub mod sign_in_failure_store;
pub mod sign_ins;
mod suite;
pub mod user_commits;
pub mod user_concurrency;
pub mod user_creation;
pub mod user_names;
pub mod user_search;
pub mod user_search_by_chance;
pub mod user_search_conditions;
pub mod user_search_moments;
pub mod user_search_texts;
pub mod values;

use async_trait::async_trait;

pub use crate::outage::Outage;
use crate::services::Stores;

/// A store under test, empty at first and not shared with any other test.
///
/// Its operations must time out within a few seconds, or the tests of outages fail.
#[async_trait]
pub trait StoreHarness: Send + Sync {
    /// The store's ports.
    fn stores(&self) -> Stores;

    /// Loses the store, for the rest of the test.
    async fn suffer(&self, outage: Outage);
}
