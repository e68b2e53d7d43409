use unlockd_domain::{Permission, User, UserChange, UserId};

use super::reach::within_reach;
use super::{Details, Users};
use crate::authentication::{Caller, RememberedCallers};
use crate::error::Error;
use crate::ports::{CommitError, StoreError};

/// How often a change is decided anew because the user changed in between. Each conflict means that somebody else's
/// change got through, so this bounds how unlucky one request may be, not how many may run.
const MAX_ATTEMPTS: usize = 16;

impl Users {
    /// Authorize, load, decide, commit: what every change of a user's state goes through. `decide` is asked again with
    /// the newest user whenever another change came first.
    pub(super) async fn change(
        &self,
        caller: &Caller,
        id: &UserId,
        decide: impl Fn(&User) -> Result<UserChange, Error> + Send,
    ) -> Result<Details, Error> {
        let reach = caller.require(Permission::UserWrite)?;
        for _ in 0..MAX_ATTEMPTS {
            let user = within_reach(self.store.find(id).await?, id, &reach)?;
            let change = decide(&user)?;
            let departure = change.ends_activity().then(|| Departure {
                callers: &*self.callers,
                id,
                decided: false,
            });
            let outcome = self.store.commit(&change).await;
            if let Some(departure) = departure {
                departure.answered(&outcome);
            }
            match outcome {
                Ok(()) => return Ok(Details::from(change.user())),
                Err(CommitError::Conflict) => tracing::debug!(user.id = %id, "decided anew: the user has changed"),
                Err(CommitError::LastInstanceOwner) => return Err(Error::LastInstanceOwner),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }
}

/// A commit that takes a user out of service. Tells whoever remembers callers when it is dropped: with the store's answer,
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
                CommitError::Conflict | CommitError::LastInstanceOwner | CommitError::Store(StoreError::Overloaded(_)),
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
