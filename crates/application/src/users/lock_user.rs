use unlockd_domain::{
    LockCause, LockOrder, LockRefusal, Permission, Reason, Timestamp, TimestampOutOfRange, User, UserEventName, UserId,
};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users, state_change};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;

/// Keeps an active user out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockUser {
    /// Who is to be locked.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
    /// When the lock is to end.
    pub until: Option<Timestamp>,
    /// What makes it safe to repeat.
    pub safeguards: Safeguards,
}

impl LockUser {
    /// The command, from what a wire brings: a reason that is empty when it is not set, and an end in the wire's form of a
    /// time.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong, in the order of the proto's fields.
    pub fn parse(
        user_id: IdForm,
        reason: String,
        until: Option<Result<Timestamp, TimestampOutOfRange>>,
        safeguards: SafeguardsForm,
    ) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let user_id = violations.keep("user_id", user_id.user_id());
        let reason = violations.keep("reason", Reason::parse(reason)).flatten();
        let until = until.and_then(|until| violations.keep("locked_until", until));
        let safeguards = safeguards.parse(&mut violations);
        violations.finish(user_id.map(|user_id| Self {
            user_id,
            reason,
            until,
            safeguards,
        }))
    }

    #[tracing::instrument(level = "debug", name = "application.lock_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
        let order = LockOrder {
            cause: LockCause::Operator,
            reason: self.reason.clone(),
            until: self.until,
        };
        let target = Target {
            user_id: &self.user_id,
            reach: caller.require(Permission::UserWrite)?,
            reads_profile: false,
            safeguards: &self.safeguards,
            event: UserEventName::Locked,
            request: self.safeguards.request(|| self.digester()),
        };
        users
            .change(caller, target, |user, _| {
                let (actor, now) = (caller.actor(), users.clock.now());
                user.lock(order.clone(), actor, now)
                    .map_err(|refusal| refused(user, refusal, now))
            })
            .await
    }

    fn digester(&self) -> RequestDigester {
        let until = self.until.map(|until| until.unix_microseconds().to_be_bytes());
        state_change::digester("lock_user", &self.user_id, self.reason.as_ref()).optional(until)
    }
}

fn refused(user: &User, refusal: LockRefusal, now: Timestamp) -> Error {
    match refusal {
        LockRefusal::AlreadyLocked => Error::UserAlreadyLocked(user.id().clone()),
        LockRefusal::NotActive => Error::UserNotActive {
            user_id: user.id().clone(),
            state: user.state(now).clone(),
        },
        LockRefusal::UntilNotInFuture => Error::invalid("locked_until", "must lie in the future"),
    }
}
