use async_trait::async_trait;
use unlockd_domain::{Source, Timestamp};

use super::StoreError;

/// Failed sign-ins by what was typed and where it came from, whether or not there is such a user.
#[async_trait]
pub trait SignInFailureStore: Send + Sync {
    /// Counts a failure, unless [`CountedAttempt::limit`] failures count already: those later than
    /// [`CountedAttempt::counting_since`]. Of any number of parallel calls, in whatever processes, no more than the limit MUST
    /// be counted. Failures that do not count any more may be forgotten.
    async fn count(&self, attempt: &CountedAttempt) -> Result<Count, StoreError>;

    /// Takes one failure of this moment back, if it is there: no password was looked at after all.
    async fn take_back(&self, origin: &AttemptOrigin, at: Timestamp) -> Result<(), StoreError>;

    /// Forgets all failures of this origin.
    async fn forget(&self, origin: &AttemptOrigin) -> Result<(), StoreError>;

    /// Forgets what is not to be kept any longer, at most so many origins; answers how many.
    async fn prune(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;
}

/// What failures are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptOrigin {
    /// What was typed.
    pub identity: IdentityDigest,
    /// Where it came from; all requests of which that is not known come from one place.
    pub source: Option<Source>,
}

/// The SHA-256 of what somebody says who they are: people type passwords there, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityDigest(pub [u8; 32]);

/// An attempt that counts as failed until it has succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedAttempt {
    /// What it is counted by.
    pub origin: AttemptOrigin,
    /// When it is made.
    pub at: Timestamp,
    /// Failures up to this moment do not count.
    pub counting_since: Timestamp,
    /// How many failures may count.
    pub limit: u32,
    /// When the failure is to be forgotten, if none follows.
    pub kept_until: Timestamp,
}

/// Whether an attempt was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// It may go on.
    Counted,
    /// Too many count already: these, the oldest first.
    Exhausted(Vec<Timestamp>),
}
