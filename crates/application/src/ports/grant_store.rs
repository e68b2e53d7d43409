use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{Grant, Timestamp, UserId};

use super::StoreError;

/// Which roles users hold.
#[async_trait]
pub trait GrantStore: Send + Sync {
    /// Grants a role and appends [`User::grant_role`](unlockd_domain::User::grant_role) to the user's history, both or
    /// neither. Granting what is granted already MUST succeed and change nothing. A missing user goes before a missing
    /// organization.
    async fn add(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), AddGrantError>;

    /// Takes a role away and appends [`User::remove_role`](unlockd_domain::User::remove_role) to the user's history, both
    /// or neither. MUST refuse with [`RemoveGrantError::LastInstanceOwner`] when it would leave no active holder
    /// of `IAM_OWNER` on the instance where there was one, also when several removals and locks run in parallel. Who is
    /// active is asked for this moment.
    async fn remove(&self, user_id: &UserId, grant: &Grant, now: Timestamp) -> Result<(), RemoveGrantError>;

    /// The grants of one user, or of all; by user id, then by role, then by organization.
    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<(UserId, Grant)>, StoreError>;
}

/// Why a role was not granted.
#[derive(Debug, Error)]
pub enum AddGrantError {
    /// There is no such user, or it is deleted.
    #[error("the user does not exist")]
    UserNotFound,
    /// There is no such organization.
    #[error("the organization does not exist")]
    OrganizationNotFound,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a role was not taken away.
#[derive(Debug, Error)]
pub enum RemoveGrantError {
    /// The user does not hold it.
    #[error("the user does not hold this role")]
    NotGranted,
    /// No active holder of `IAM_OWNER` would be left.
    #[error("no active instance owner would be left")]
    LastInstanceOwner,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
