use std::collections::HashSet;

use sqlx::Error;
use unlockd_application::idempotency::IdempotentRequest;
use unlockd_batching::BatchWork;
use unlockd_domain::{Reason, Sequence, Source, UserChange};

use super::answer::{Answer, Batched, failed};
use crate::connections::Connections;
use crate::error::is_lock_timeout;
use crate::user_batch_writing;
use crate::user_commit::Commit;
use crate::user_event_columns::recorded;
use crate::user_writing::{self, Owners};

/// What a change takes beside its texts, in bytes, roughly.
const CHANGE_SIZE: usize = 1024;

/// A change without a profile edit that waits for its batch.
#[derive(Debug, Clone)]
pub(crate) struct PendingCommit {
    pub(crate) change: UserChange,
    pub(crate) expected: Sequence,
    pub(crate) request: Option<IdempotentRequest>,
}

/// Writes changes together. Each of them is written or not, as its user's sequence says.
pub(crate) struct CommitBatches {
    connections: Connections,
}

impl CommitBatches {
    pub(super) fn new(connections: Connections) -> Self {
        Self { connections }
    }
}

impl PendingCommit {
    pub(crate) fn as_commit(&self) -> Commit<'_> {
        Commit {
            change: &self.change,
            expected: self.expected,
            request: self.request.as_ref(),
        }
    }

    /// Owners of the instance are not taken out of service here: that needs a look at the others.
    pub(crate) fn owners(&self) -> Owners {
        Owners::included_unless(self.change.ends_activity())
    }
}

impl BatchWork for CommitBatches {
    type Item = PendingCommit;
    type Answer = Answer<()>;

    /// A user changes once in a batch.
    fn key<'item>(&self, item: &'item PendingCommit) -> Option<&'item str> {
        Some(item.change.user().id().as_str())
    }

    fn size(&self, item: &PendingCommit) -> usize {
        let texts = item.change.events().map(|event| {
            let reason = event.kind.reason().map_or(0, |reason| Reason::as_str(reason).len());
            reason + event.source.as_ref().map_or(0, |source| Source::as_str(source).len())
        });
        let failures = size_of_val(&*item.change.user().record().password_failures);
        CHANGE_SIZE + failures + texts.sum::<usize>()
    }

    async fn run(&self, items: Vec<PendingCommit>) -> Vec<Answer<()>> {
        let together = with_keys_of_their_own(&items);
        let written = self
            .connections
            .write(|attempt| {
                let together = &together;
                Box::pin(async move {
                    let written = match &together[..] {
                        [item] => user_writing::change(attempt.connection, item.as_commit(), item.owners())
                            .await
                            .map(|is_written| is_written.then(|| item.change.user().id().as_str().to_owned()))
                            .map(HashSet::from_iter),
                        together => user_batch_writing::change(attempt.connection, together).await,
                    };
                    unless_held_up(written)
                })
            })
            .await;
        match written {
            Ok(written) => items
                .iter()
                .map(|item| {
                    Ok(if written.contains(item.change.user().id().as_str()) {
                        Batched::Done(())
                    } else {
                        Batched::NotDone
                    })
                })
                .collect(),
            Err(error) => failed(error, items.len()),
        }
    }
}

/// All but those whose request has the key of one in front of them: it is done once, and would undo the others.
fn with_keys_of_their_own(items: &[PendingCommit]) -> Vec<&PendingCommit> {
    let mut keys = HashSet::new();
    items
        .iter()
        .filter(|item| {
            let key = recorded(&item.change, item.request.as_ref()).map(|request| request.key.as_str());
            key.is_none_or(|key| keys.insert((item.change.event().actor.user_id(), key)))
        })
        .collect()
}

/// Nobody's change is written when a row is held by somebody else.
fn unless_held_up(written: Result<HashSet<String>, Error>) -> Result<HashSet<String>, Error> {
    match written {
        Err(error) if is_lock_timeout(&error) => Ok(HashSet::new()),
        outcome => outcome,
    }
}
