//! What many ask for at the same time is one statement, with one flush.
//!
//! A batch is a shortcut. It answers for those whom it has done, and leaves the rest alone: whatever its statement has
//! not done for one of them, for whatever reason, they do by themselves, as if there were no batches. So none of the rules stands
//! here twice, and nobody is refused because of others.

mod answer;
mod commits;
mod lookups;

use std::time::Duration;

use unlockd_application::idempotency::IdempotentRequest;
use unlockd_application::ports::StoreError;
use unlockd_batching::{Batches, Limits};
use unlockd_domain::{Sequence, UserChange};

pub(crate) use self::answer::Batched;
use self::answer::answered;
use self::commits::CommitBatches;
pub(crate) use self::commits::PendingCommit;
use self::lookups::{LookupBatches, ProfileLookup, UserLookup};
use crate::connections::{Connections, ConnectionsOptions};
use crate::single_connection::SingleConnection;

/// How large batches get. Larger ones gain little: what a change costs beyond its share of a statement and a flush is its own.
const LIMITS: Limits = Limits {
    batch_items: 256,
    batch_bytes: 1024 * 1024,
    queue_items: 8_192,
    queue_bytes: 16 * 1024 * 1024,
    key_items: 16,
};

/// For how long a batch waits for a row that somebody else is changing. Another process's batch has ended by then; who holds
/// a row for longer must not hold up the other users.
const LOCK_TIMEOUT: Duration = Duration::from_millis(100);

/// All batches about users.
#[derive(Debug, Clone)]
pub(crate) struct UserBatches {
    commits: Batches<CommitBatches>,
    pub(crate) users: Batches<LookupBatches<UserLookup>>,
    pub(crate) profiles: Batches<LookupBatches<ProfileLookup>>,
    connections: [SingleConnection; 3],
}

impl UserBatches {
    /// Batches on connections of their own, one for each kind: while one batch is under way the next one gathers.
    pub(crate) fn new(options: &ConnectionsOptions) -> Self {
        let (writing, writer) = Connections::single(options, Some(LOCK_TIMEOUT));
        // A look-up that hangs is done once more by another way.
        let looking = ConnectionsOptions {
            operation_timeout: options.operation_timeout / 2,
            ..options.clone()
        };
        let (finding, finder) = Connections::single(&looking, None);
        let (finding_profiles, profile_finder) = Connections::single(&looking, None);
        Self {
            commits: Batches::new(CommitBatches::new(writing), LIMITS),
            users: Batches::new(LookupBatches::new(finding), LIMITS),
            profiles: Batches::new(LookupBatches::new(finding_profiles), LIMITS),
            connections: [writer, finder, profile_finder],
        }
    }

    /// Ends the connections.
    pub(crate) async fn close(&self) {
        for connection in &self.connections {
            connection.close().await;
        }
    }

    /// Writes the change, if nothing is in the way.
    pub(crate) async fn commit(
        &self,
        change: &UserChange,
        expected: Sequence,
        request: Option<&IdempotentRequest>,
    ) -> Result<Batched<()>, StoreError> {
        let pending = PendingCommit {
            change: change.clone(),
            expected,
            request: request.cloned(),
        };
        answered(self.commits.submit(pending).await)
    }
}
