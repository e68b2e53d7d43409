use async_trait::async_trait;
use unlockd_domain::{AccessToken, ActivityEvent, Grant, Organization, TokenDigest};

use super::{NewUser, StoreError};

/// The instance as a whole.
#[async_trait]
pub trait InstanceStore: Send + Sync {
    /// Answers when the store can be read. MUST be [`StoreError::Unavailable`] while it cannot.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Whether nothing was ever written: there is no organization.
    async fn is_empty(&self) -> Result<bool, StoreError>;

    /// Writes the first organization, user, grant and token, and then the events, all or nothing, if the store is empty; answers whether it
    /// was. Of parallel calls exactly one MUST write.
    async fn bootstrap(&self, bootstrap: &Bootstrap) -> Result<bool, StoreError>;
}

/// What an empty store begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bootstrap {
    /// The first organization.
    pub organization: Organization,
    /// The first user, owned by it.
    pub user: NewUser,
    /// The first user's role.
    pub grant: Grant,
    /// The first user's token.
    pub token: AccessToken,
    /// The token's digest.
    pub digest: TokenDigest,
    /// The events of the organization and of the token.
    pub events: Vec<ActivityEvent>,
}
