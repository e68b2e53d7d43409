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
    /// [`PasswordHasherError`] when the machine cannot do it, for want of memory for instance.
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError>;
}

/// A password could not be hashed.
#[derive(Debug, Error)]
#[error("the password could not be hashed")]
pub struct PasswordHasherError(#[source] pub BoxError);
