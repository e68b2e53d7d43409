//! Who signs in, and whether they may: the one place where passwords are tried.

mod attempt_count;
mod password_check;
mod turns;

use std::sync::Arc;

pub(crate) use password_check::{PasswordAttempt, ProvenUser};
use unlockd_domain::{LockoutPolicy, OrganizationId};

use self::turns::Turns;
use crate::authentication::RememberedCallers;
use crate::ports::{Clock, LockoutPolicyStore, PasswordHasher, SignInFailureStore, StoreError, UserStore};

/// What signing in needs.
#[derive(Clone)]
pub struct SignInPorts {
    /// Where users are kept.
    pub users: Arc<dyn UserStore>,
    /// What locks them.
    pub policies: Arc<dyn LockoutPolicyStore>,
    /// Where failures are counted by name and source.
    pub failures: Arc<dyn SignInFailureStore>,
    /// Comparing of passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Who remembers callers, and has to forget those who get locked.
    pub callers: Arc<dyn RememberedCallers>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// Tries passwords, counts failures, and locks. One a process: those who sign in by the same name take turns in it.
pub struct SignIn {
    users: Arc<dyn UserStore>,
    policies: Arc<dyn LockoutPolicyStore>,
    failures: Arc<dyn SignInFailureStore>,
    passwords: Arc<dyn PasswordHasher>,
    callers: Arc<dyn RememberedCallers>,
    clock: Arc<dyn Clock>,
    turns: Turns,
}

impl SignIn {
    /// Signing in, on these ports.
    #[must_use]
    pub fn new(ports: SignInPorts) -> Self {
        let SignInPorts {
            users,
            policies,
            failures,
            passwords,
            callers,
            clock,
        } = ports;
        Self {
            users,
            policies,
            failures,
            passwords,
            callers,
            clock,
            turns: Turns::default(),
        }
    }

    /// The policy that holds for the users of this organization; for nobody in particular the instance's.
    async fn policy(&self, organization: Option<&OrganizationId>) -> Result<LockoutPolicy, StoreError> {
        let owned = self.policies.find_effective(organization).await?;
        Ok(owned.and_then(|owned| owned.policy).unwrap_or_default())
    }
}
