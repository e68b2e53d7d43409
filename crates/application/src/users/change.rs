use unlockd_domain::{Reach, User, UserChange, UserEventName, UserId, UserProfile};

use super::commit::commit;
use super::reach::within_reach;
use super::replay::Repetition;
use super::safeguards::Safeguards;
use super::{Details, Outcome, Users};
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::IdempotentRequest;
use crate::ports::{CommitError, StoreError};

/// How often a change is decided anew because the user changed in between. Each conflict means that somebody else's
/// change got through, so this bounds how unlucky one request may be, not how many may run.
pub(crate) const MAX_ATTEMPTS: usize = 16;

/// A change that is asked for.
#[derive(Clone)]
pub(super) struct Target<'a> {
    /// Whom it is about.
    pub(super) user_id: &'a UserId,
    /// How far the caller's permission for it goes.
    pub(super) reach: Reach<'a>,
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
    /// Load, look whether the caller reaches the user and may act on them, decide, commit: what every change of a user goes through. `decide` is asked again with the newest
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
        let (reach, request) = (&target.reach, target.request.as_ref());
        for _ in 0..MAX_ATTEMPTS {
            let (user, grants) = self.store.find_with_grants(target.user_id).await?.unzip();
            if let Some(request) = request {
                let repetition = Repetition {
                    request,
                    event: target.event,
                    user_id: Some(target.user_id),
                    organization: None,
                };
                if let Some(event) = repetition.find(self, caller, reach).await? {
                    return Ok(Outcome::replayed(Details::from(&event)));
                }
            }
            let user = within_reach(user, target.user_id, reach)?;
            caller.require_power_over(target.user_id, &grants.unwrap_or_default())?;
            let Some(profile) = self.profile(&target, &user).await? else {
                continue;
            };
            target.safeguards.check(&user)?;
            let change = decide(&user, &profile)?.from_source(caller.source());
            match commit(&*self.store, &*self.callers, &change, request).await {
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

    /// The profile, if the decision needs it; none when the user has changed since they were read.
    async fn profile(&self, target: &Target<'_>, read: &User) -> Result<Option<UserProfile>, StoreError> {
        if !target.reads_profile {
            return Ok(Some(UserProfile::default()));
        }
        let found = self.store.find_with_profile(target.user_id).await?;
        let unchanged = found.filter(|(user, _)| user.sequence() == read.sequence());
        Ok(unchanged.map(|(_, profile)| profile))
    }
}
