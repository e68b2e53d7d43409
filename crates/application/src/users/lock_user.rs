use unlockd_domain::{Actor, LockCause, LockOrder, LockRefusal, Reason, Timestamp, TimestampOutOfRange, User, UserId};

use super::{Details, UserIdForm, Users};
use crate::authentication::Caller;
use crate::error::{Error, Violations};

/// Keeps an active user out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockUser {
    /// Who is to be locked.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
    /// When the lock is to end.
    pub until: Option<Timestamp>,
}

impl LockUser {
    /// The command, from what a wire brings: a reason that is empty when it is not set, and an end in the wire's form of a
    /// time.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(
        user_id: UserIdForm,
        reason: String,
        until: Option<Result<Timestamp, TimestampOutOfRange>>,
    ) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", user_id.user_id());
        let reason = violations.keep("reason", Reason::parse(reason)).flatten();
        let until = until.and_then(|until| violations.keep("locked_until", until));
        violations.finish(user_id.map(|user_id| Self { user_id, reason, until }))
    }

    #[tracing::instrument(name = "application.lock_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Details, Error> {
        let order = LockOrder {
            cause: LockCause::Operator,
            reason: self.reason,
            until: self.until,
        };
        users
            .change(caller, &self.user_id, |user| {
                user.lock(order.clone(), Actor::User(caller.user_id().clone()), users.clock.now())
                    .map_err(|refusal| refused(user, refusal))
            })
            .await
    }
}

fn refused(user: &User, refusal: LockRefusal) -> Error {
    match refusal {
        LockRefusal::AlreadyLocked => Error::UserAlreadyLocked(user.id().clone()),
        LockRefusal::NotActive => Error::UserNotActive {
            user_id: user.id().clone(),
            state: user.state().clone(),
        },
        LockRefusal::UntilNotInFuture => Error::invalid("locked_until", "must lie in the future"),
    }
}
