use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{PasswordHash, PlainPassword};

use super::BoxError;

/// Slow, salted hashing of passwords.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// An Argon2id hash of the password with a salt of its own, as a PHC string. MUST NOT block the calling thread.
    ///
    /// # Errors
    /// [`PasswordHasherError`] when too many wait for it already, or the machine cannot do it, for want of memory for
    /// instance.
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError>;

    /// 32 bytes that are always the same for the same password and salt, and as dear to compute as [`PasswordHasher::hash`]:
    /// they tell passwords apart without making them easier to guess. MUST NOT block the calling thread.
    ///
    /// # Errors
    /// Those of [`PasswordHasher::hash`].
    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError>;
}

/// Why a password was not hashed.
#[derive(Debug, Error)]
pub enum PasswordHasherError {
    /// Too many passwords wait to be hashed.
    #[error("too many passwords wait to be hashed")]
    Overloaded,
    /// It could not be done.
    #[error("the password could not be hashed")]
    Failed(#[source] BoxError),
}
