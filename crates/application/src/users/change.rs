use unlockd_domain::{Permission, User, UserChange, UserEventName, UserId, UserProfile};

use super::reach::within_reach;
use super::replay::Repetition;
use super::safeguards::Safeguards;
use super::{Details, Outcome, Users};
use crate::authentication::{Caller, RememberedCallers};
use crate::error::Error;
use crate::idempotency::IdempotentRequest;
use crate::ports::{CommitError, StoreError};

/// How often a change is decided anew because the user changed in between. Each conflict means that somebody else's
/// change got through, so this bounds how unlucky one request may be, not how many may run.
const MAX_ATTEMPTS: usize = 16;

/// A change that is asked for.
pub(super) struct Target<'a> {
    /// Whom it is about.
    pub(super) user_id: &'a UserId,
    /// What the caller needs for it.
    pub(super) permission: Permission,
    /// Whether the profile is needed to decide.
    pub(super) reads_profile: bool,
    /// What makes it safe to repeat.
    pub(super) safeguards: &'a Safeguards,
    /// The event that it leads to.
    pub(super) event: UserEventName,
    /// What to remember it by, if it has a key.
    pub(super) request: Option<IdempotentRequest>,
}

impl Users {
    /// Authorize, load, decide, commit: what every change of a user goes through. `decide` is asked again with the newest
    /// user whenever another change came first. It is told the profile if the target asks for that, else an empty one.
    ///
    /// A request that was done before under its key is answered as then. The key is looked for behind the user: whatever
    /// was done to the user before they were read has its key in place by then, and what is done later is a conflict.
    pub(super) async fn change(
        &self,
        caller: &Caller,
        target: Target<'_>,
        decide: impl Fn(&User, &UserProfile) -> Result<UserChange, Error> + Send + Sync,
    ) -> Result<Outcome<Details>, Error> {
        let reach = caller.require(target.permission)?;
        let request = target.request.as_ref();
        for _ in 0..MAX_ATTEMPTS {
            let (user, profile) = self.load(&target).await?;
            if let Some(request) = request {
                let repetition = Repetition {
                    request,
                    event: target.event,
                    user_id: Some(target.user_id),
                    organization: None,
                };
                if let Some(event) = repetition.find(self, caller, &reach).await? {
                    return Ok(Outcome::replayed(Details::from(&event)));
                }
            }
            let user = within_reach(user, target.user_id, &reach)?;
            target.safeguards.check(&user)?;
            let change = decide(&user, &profile)?;
            match self.commit(&change, request).await {
                Ok(()) => return Ok(Outcome::new(Details::from(change.user()))),
                Err(CommitError::Conflict | CommitError::IdempotencyKeyTaken) => {
                    tracing::debug!(user.id = %target.user_id, "decided anew: something has changed");
                }
                Err(CommitError::LastInstanceOwner) => return Err(Error::LastInstanceOwner),
                Err(CommitError::UsernameTaken { username }) => return Err(Error::UsernameTaken { username }),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }

    async fn load(&self, target: &Target<'_>) -> Result<(Option<User>, UserProfile), StoreError> {
        if target.reads_profile {
            let found = self.store.find_with_profile(target.user_id).await?;
            Ok(found.map_or((None, UserProfile::default()), |(user, profile)| (Some(user), profile)))
        } else {
            Ok((self.store.find(target.user_id).await?, UserProfile::default()))
        }
    }

    async fn commit(&self, change: &UserChange, request: Option<&IdempotentRequest>) -> Result<(), CommitError> {
        let departure = change.ends_activity().then(|| Departure {
            callers: &*self.callers,
            id: change.user().id(),
            decided: false,
        });
        let outcome = self.store.commit(change, request).await;
        if let Some(departure) = departure {
            departure.answered(&outcome);
        }
        outcome
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
