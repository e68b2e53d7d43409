use unlockd_domain::{
    Actor, LockCause, LockOrder, LockRefusal, Permission, Reason, Timestamp, TimestampOutOfRange, User, UserChange,
    UserEventName, UserId,
};

use super::change::Target;
use super::safeguards::{Safeguards, SafeguardsForm};
use super::{Details, IdForm, Outcome, Users, state_change};
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::idempotency::RequestDigester;

/// Locks a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockUser {
    /// Who is to be locked.
    pub user_id: UserId,
    /// What is said about it.
    pub reason: Option<Reason>,
    /// When the lock is to end.
    pub until: Option<Timestamp>,
    /// Whether it takes the place of a lock that an operator has set.
    pub replaces: bool,
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
        replaces: bool,
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
            replaces,
            safeguards,
        }))
    }

    #[tracing::instrument(level = "debug", name = "application.lock_user", skip_all, fields(user.id = %self.user_id))]
    pub(super) async fn execute(self, users: &Users, caller: &Caller) -> Result<Outcome<Details>, Error> {
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
                self.decide(user, actor, now)
                    .map_err(|refusal| refused(user, refusal, now))
            })
            .await
    }

    fn decide(&self, user: &User, actor: Actor, now: Timestamp) -> Result<UserChange, LockRefusal> {
        let (reason, until) = (self.reason.clone(), self.until);
        if self.replaces {
            return user.replace_lock(reason, until, actor, now);
        }
        let order = LockOrder {
            cause: LockCause::Operator,
            reason,
            until,
        };
        user.lock(order, actor, now)
    }

    fn digester(&self) -> RequestDigester {
        let until = self.until.map(|until| until.unix_microseconds().to_be_bytes());
        state_change::digester("lock_user", &self.user_id, self.reason.as_ref())
            .optional(until)
            .field([u8::from(self.replaces)])
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
