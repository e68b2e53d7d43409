use async_trait::async_trait;
use thiserror::Error;
use unlockd_domain::{PasswordHash, PlainPassword};

use super::BoxError;

/// Slow, salted hashing of passwords.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// An Argon2id hash of the password in its normal form (NFKC) with a salt of its own, as a PHC string. MUST NOT block the
    /// calling thread.
    ///
    /// # Errors
    /// [`PasswordHasherError`] when too many wait for it already, or the machine cannot do it, for want of memory for
    /// instance.
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError>;

    /// Refuses a hash of another system that cannot be verified, or only at a cost that a sign-in must not have. MUST be cheap:
    /// it reads the text and computes nothing.
    ///
    /// # Errors
    /// [`ImportedHashError`].
    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError>;

    /// Whether this is the password that the hash was made of: an Argon2id hash of [`PasswordHasher::hash`], or any hash
    /// that [`PasswordHasher::check_import`] accepts. Without a hash the answer is [`Verification::Mismatch`], after the same work as
    /// for a hash of [`PasswordHasher::hash`]: nobody learns from it whether there was one.
    ///
    /// Both the password in its normal form (NFKC) and, where that differs, as it was typed are tried, since other systems
    /// hash what was typed; both, or neither, whatever the hash. A hash that only what was typed fits is outdated. MUST NOT block
    /// the calling thread.
    ///
    /// # Errors
    /// Those of [`PasswordHasher::hash`].
    async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, PasswordHasherError>;

    /// Whether one more password would be taken on at this moment. A hint, so that a flood is turned away before anything is
    /// read for it; the other methods decide.
    fn has_room(&self) -> bool {
        true
    }

    /// 32 bytes that are always the same for the same password and salt, and as dear to compute as [`PasswordHasher::hash`]:
    /// they tell passwords apart without making them easier to guess. MUST NOT block the calling thread.
    ///
    /// # Errors
    /// Those of [`PasswordHasher::hash`].
    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError>;
}

/// What came of comparing a password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// It is another password, or there is no hash.
    Mismatch,
    /// It is the password.
    Match {
        /// Whether the hash is of another algorithm, or of other parameters, than [`PasswordHasher::hash`] uses now, so that
        /// it should be replaced.
        is_outdated: bool,
    },
}

/// Reason not to import a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ImportedHashError {
    /// The text is in no supported format, or damaged.
    #[error("must be a whole password hash in a supported format")]
    Unsupported,
    /// Verifying it takes more than the limit.
    #[error("costs too much to verify; the limit is {limit}")]
    TooCostly {
        /// The limit, as text.
        limit: &'static str,
    },
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
