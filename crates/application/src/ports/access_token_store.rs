use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{AccessToken, AccessTokenId, ActivityEvent, Grants, Timestamp, TokenDigest, User, UserId};

use super::StoreError;

/// Bearer tokens, by their digests.
#[async_trait]
pub trait AccessTokenStore: Send + Sync {
    /// Writes a new token, and with it the event. MUST write nothing when the user is absent or deleted, or when the id or
    /// digest is in use.
    async fn add(
        &self,
        token: &AccessToken,
        digest: &TokenDigest,
        event: Option<&ActivityEvent>,
    ) -> Result<(), AddTokenError>;

    /// Who holds the token, in whatever state they are, and what they are granted, read at one moment. MUST be `None`
    /// for a digest that is unknown or revoked. Expired tokens are found: the caller has the clock.
    async fn find_holder(&self, digest: &TokenDigest) -> Result<Option<TokenHolder>, StoreError>;

    /// The tokens of one user, or of all; by the time they were made, then by id.
    async fn list(&self, user_id: Option<&UserId>) -> Result<Vec<AccessToken>, StoreError>;

    /// Makes the token stop working for ever, and writes the event with it. MUST answer whether there was one, and write
    /// nothing when there was none.
    async fn revoke(&self, id: &AccessTokenId, event: Option<&ActivityEvent>) -> Result<bool, StoreError>;

    /// Records a use of the token. MUST leave a later use as it is, and ignore a token that is absent.
    async fn record_use(&self, id: &AccessTokenId, at: Timestamp) -> Result<(), StoreError>;
}

/// A token and whom it speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHolder {
    /// The token.
    pub token: AccessToken,
    /// Its user.
    pub user: User,
    /// What the user may do.
    pub grants: Grants,
}

/// Why a token was not written.
#[derive(Debug, Error)]
pub enum AddTokenError {
    /// There is no such user, or it is deleted.
    #[error("the user does not exist")]
    UserNotFound,
    /// The id or the token itself is in use.
    #[error("the token is in use")]
    TokenTaken,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
