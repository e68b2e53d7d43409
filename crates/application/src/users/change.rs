use unlockd_domain::{Permission, User, UserChange, UserId};

use super::reach::within_reach;
use super::{Details, Users};
use crate::authentication::{Authentication, Caller};
use crate::error::Error;
use crate::ports::CommitError;

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
            // Dropped after the commit, also when the request is given up while the store is still at it.
            let _forgotten = change.ends_activity().then(|| ForgetOnDrop {
                authentication: &self.authentication,
                id,
            });
            match self.store.commit(&change).await {
                Ok(()) => return Ok(Details::from(change.user())),
                Err(CommitError::Conflict) => tracing::debug!(user.id = %id, "decided anew: the user has changed"),
                Err(CommitError::LastInstanceOwner) => return Err(Error::LastInstanceOwner),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Overloaded(None))
    }
}

struct ForgetOnDrop<'a> {
    authentication: &'a Authentication,
    id: &'a UserId,
}

impl Drop for ForgetOnDrop<'_> {
    fn drop(&mut self) {
        self.authentication.forget(self.id);
    }
}
