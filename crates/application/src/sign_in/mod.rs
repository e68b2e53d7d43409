//! Who signs in, and whether they may: the one place where passwords are tried.

mod attempt_count;
mod blocks;
mod failure_delay;
mod failure_events;
mod password_check;
mod turns;

use std::sync::Arc;

pub use blocks::SignInBlock;
pub(crate) use password_check::{PasswordAttempt, ProvenUser};
use unlockd_domain::{LockoutPolicy, OrganizationId};

use self::failure_delay::FailureDelay;
use self::turns::Turns;
use crate::authentication::RememberedCallers;
use crate::ports::{Clock, EventStore, LockoutPolicyStore, PasswordHasher, SignInFailureStore, StoreError, UserStore};

/// What signing in needs.
#[derive(Clone)]
pub struct SignInPorts {
    /// Where users are kept.
    pub users: Arc<dyn UserStore>,
    /// What locks them.
    pub policies: Arc<dyn LockoutPolicyStore>,
    /// Where failures are counted by name and source.
    pub failures: Arc<dyn SignInFailureStore>,
    /// History of what no event of a user records.
    pub events: Arc<dyn EventStore>,
    /// Comparing of passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Who remembers callers, and has to forget those who get locked.
    pub callers: Arc<dyn RememberedCallers>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// Tries passwords, counts failures, and locks. One a process: those who sign in by the same name take turns in it, and so do the
/// attempts of one source that are to be counted.
pub struct SignIn {
    users: Arc<dyn UserStore>,
    policies: Arc<dyn LockoutPolicyStore>,
    failures: Arc<dyn SignInFailureStore>,
    events: Arc<dyn EventStore>,
    passwords: Arc<dyn PasswordHasher>,
    callers: Arc<dyn RememberedCallers>,
    clock: Arc<dyn Clock>,
    turns: Turns,
    source_turns: Turns,
    failure_delay: FailureDelay,
}

/// The policies for an attempt.
struct Policies {
    of_user: LockoutPolicy,
    of_instance: LockoutPolicy,
}

impl SignIn {
    /// Signing in, on these ports.
    #[must_use]
    pub fn new(ports: SignInPorts) -> Self {
        let SignInPorts {
            users,
            policies,
            failures,
            events,
            passwords,
            callers,
            clock,
        } = ports;
        Self {
            users,
            policies,
            failures,
            events,
            passwords,
            callers,
            clock,
            turns: Turns::default(),
            source_turns: Turns::default(),
            failure_delay: FailureDelay::DEFAULT,
        }
    }

    /// The same, with failures that are answered at once. For tests only: how long they take tells of names.
    #[must_use]
    pub fn without_failure_delay(self) -> Self {
        Self {
            failure_delay: FailureDelay::NONE,
            ..self
        }
    }

    /// The policies for an attempt. The same queries are made whether or not a user has the name.
    async fn policies(&self, organization: Option<&OrganizationId>) -> Result<Policies, StoreError> {
        Ok(Policies {
            of_user: self.policy(organization).await?,
            of_instance: self.policy(None).await?,
        })
    }

    /// The policy that holds for the users of this organization; for nobody in particular the instance's.
    async fn policy(&self, organization: Option<&OrganizationId>) -> Result<LockoutPolicy, StoreError> {
        let owned = self.policies.find_effective(organization).await?;
        Ok(owned.and_then(|owned| owned.policy).unwrap_or_default())
    }
}
