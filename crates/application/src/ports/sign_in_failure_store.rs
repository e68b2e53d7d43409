use std::time::Duration;

use async_trait::async_trait;
use unlockd_domain::{LockoutPolicy, Source, SourceFailures, Timestamp};

use super::StoreError;

/// Failed sign-ins by the name as typed and by source, whether or not a user has that name.
#[async_trait]
pub trait SignInFailureStore: Send + Sync {
    /// Counts an attempt by [`SourceFailures::count`]. Calls for one origin MUST have the effect of one call after the other, in
    /// whatever processes they run. Where the instance's policy is given, an attempt is not counted while
    /// [`LockoutPolicy::slows_source_until`] says so; attempts of one source MUST have the effect of one after the other, too.
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError>;

    /// Takes the attempt of this time back by [`SourceFailures::take_back`], if it is there: no password was compared.
    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError>;

    /// Notes that an attempt of this origin was refused; returns whether none was noted in the minute before. Of any number of
    /// parallel calls, in whatever processes, no more than one in a minute MUST return `true`.
    async fn note_refusal(&self, origin: &AttemptOrigin, now: Timestamp) -> Result<bool, StoreError>;

    /// Deletes the failures and blocks of this origin.
    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError>;

    /// The failures of all sources at these names that have begun a block which lasts at this moment, ordered by source.
    async fn find_blocked(
        &self,
        identities: &[IdentityDigest],
        now: Timestamp,
    ) -> Result<Vec<(Option<Source>, SourceFailures)>, StoreError>;

    /// Deletes what has no effect any more, at most so many origins; returns their number.
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;
}

/// Key that failures are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptOrigin {
    /// The name as typed.
    pub identity: IdentityDigest,
    /// The source of the request; all requests with an unknown source have one.
    pub source: Option<Source>,
}

/// SHA-256 of the name as typed: people type passwords there, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityDigest(pub [u8; 32]);

/// The time in which at most one refusal of an origin is noted.
pub const REFUSAL_INTERVAL: Duration = Duration::from_mins(1);

/// An attempt that counts as failed until it has succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedAttempt {
    /// Key that it is counted by.
    pub origin: AttemptOrigin,
    /// The policy that it is counted by.
    pub policy: LockoutPolicy,
    /// The policy of the instance, if the totals of the source are limited.
    pub instance_policy: Option<LockoutPolicy>,
    /// Failures and blocks up to this moment do not count.
    pub forgotten_at: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

/// Result of counting an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The attempt is counted with this time.
    Counted(Timestamp),
    /// The source is blocked for the name until then; nothing was counted.
    Blocked(Timestamp),
    /// The source has failed at too many names, or too often, and may make no attempt until then; nothing was counted.
    Slowed(Timestamp),
}
