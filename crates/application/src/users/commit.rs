use unlockd_domain::{UserChange, UserId};

use crate::authentication::RememberedCallers;
use crate::idempotency::IdempotentRequest;
use crate::ports::{CommitError, StoreError, UserStore};

/// Commits a change. Invalidates the user's cached callers if the change takes the user out of service, or replaces the
/// password and so ends sessions.
pub(crate) async fn commit(
    store: &dyn UserStore,
    callers: &dyn RememberedCallers,
    change: &UserChange,
    request: Option<&IdempotentRequest>,
) -> Result<(), CommitError> {
    let departure = (change.ends_use() || change.replaces_password()).then(|| Departure {
        callers,
        id: change.user().id(),
        decided: false,
    });
    let outcome = store.commit(change, request).await;
    if let Some(departure) = departure {
        departure.answered(&outcome);
    }
    outcome
}

/// A commit that takes a user out of service or ends sessions. Tells whoever remembers callers when it is dropped: with the store's answer,
/// or without one when the request is given up while the store may still be at it.
struct Departure<'a> {
    callers: &'a dyn RememberedCallers,
    id: &'a UserId,
    /// Whether the store has said what came of it.
    decided: bool,
}

impl Departure<'_> {
    fn answered(mut self, outcome: &Result<(), CommitError>) {
        self.decided = match outcome {
            Ok(())
            | Err(
                CommitError::Conflict
                | CommitError::IdempotencyKeyTaken
                | CommitError::LastInstanceOwner
                | CommitError::UsernameTaken { .. }
                | CommitError::Store(StoreError::Overloaded(_)),
            ) => true,
            Err(CommitError::Store(StoreError::Unavailable(_) | StoreError::Internal(_))) => false,
        };
    }
}

impl Drop for Departure<'_> {
    fn drop(&mut self) {
        if self.decided {
            self.callers.forget(self.id);
        } else {
            self.callers.doubt(self.id);
        }
    }
}
