use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{OrganizationId, OwnedPolicy, PolicyChange};

use super::StoreError;
use crate::idempotency::IdempotentRequest;

/// Lockout policies: the instance's, and those of organizations that have one of their own.
#[async_trait]
pub trait LockoutPolicyStore: Send + Sync {
    /// What is kept of the policy of the instance (none), or of an organization; also one that was reset. MUST be `None` for
    /// one that was never set.
    async fn find(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError>;

    /// What holds for the users of an organization: its own policy, else the instance's, whichever is set; none of an
    /// organization is the instance. MUST be `None` when neither is set.
    async fn find_effective(&self, organization: Option<&OrganizationId>) -> Result<Option<OwnedPolicy>, StoreError>;

    /// Writes the policy after the change and appends the event, both or neither, if the stored policy's sequence is still
    /// [`PolicyChange::expected_sequence`]. Otherwise it MUST write nothing and answer [`CommitPolicyError::Conflict`]; so of
    /// any number of parallel commits on one sequence exactly one succeeds. The event is recorded with the request that led to
    /// it: it MUST write nothing and answer [`CommitPolicyError::IdempotencyKeyTaken`] when the event's actor has used the
    /// request's key before. Where both apply, either answer is right.
    async fn commit(&self, change: &PolicyChange, request: Option<&IdempotentRequest>)
    -> Result<(), CommitPolicyError>;
}

/// Why a change of a policy was not written.
#[derive(Debug, Error)]
pub enum CommitPolicyError {
    /// The policy has changed since it was read.
    #[error("the policy has changed meanwhile")]
    Conflict,
    /// There is no such organization.
    #[error("the organization does not exist")]
    OrganizationNotFound,
    /// The actor has used the key for another request, or for the same one.
    #[error("the idempotency key is taken")]
    IdempotencyKeyTaken,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
