use std::fmt;

use thiserror::Error;

use crate::text::{TextError, check_text};
use crate::timestamp::Timestamp;

/// The longest password and the longest imported hash, in characters (`zitadel.user.v3alpha.SetPassword`).
const MAX_CHARACTERS: usize = 200;

/// A password as a person typed it. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainPassword(String);

/// A password's hash in the PHC string format or the Modular Crypt Format. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// What is kept of a user's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// The hash.
    pub hash: PasswordHash,
    /// When it was set.
    pub changed_at: Timestamp,
    /// Whether its owner has to choose another one at the next sign-in.
    pub change_required: bool,
}

/// Why a hash cannot be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ImportedHashError {
    /// The text is empty, too long, or holds U+0000.
    #[error(transparent)]
    Text(#[from] TextError),
    /// No algorithm is known that could verify it.
    #[error("must be a hash of Argon2, bcrypt, scrypt or PBKDF2 in the PHC string format or the Modular Crypt Format")]
    UnknownAlgorithm,
}

impl PlainPassword {
    /// Takes over a password of 1 to 200 characters.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer, or holds U+0000.
    pub fn new(password: impl Into<String>) -> Result<Self, TextError> {
        let password = password.into();
        check_text(&password, MAX_CHARACTERS)?;
        Ok(Self(password))
    }

    /// The secret itself, for a password hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PasswordHash {
    /// What the identifiers of the algorithms that can be imported begin with.
    const ALGORITHMS: [&str; 8] = ["argon2i", "argon2d", "argon2id", "2a", "2b", "2y", "scrypt", "7"];

    /// Takes over a hash that another system made, 1 to 200 characters, as it is.
    ///
    /// # Errors
    /// [`ImportedHashError`] when it is no hash of a known algorithm.
    pub fn import(hash: impl Into<String>) -> Result<Self, ImportedHashError> {
        let hash = hash.into();
        check_text(&hash, MAX_CHARACTERS)?;
        let mut parts = hash.split('$');
        let known = match (parts.next(), parts.next(), parts.next()) {
            (Some(""), Some(algorithm), Some(rest)) => {
                !rest.is_empty() && (Self::ALGORITHMS.contains(&algorithm) || algorithm.starts_with("pbkdf2"))
            }
            _ => false,
        };
        if known && hash.chars().all(|character| character.is_ascii_graphic()) {
            Ok(Self(hash))
        } else {
            Err(ImportedHashError::UnknownAlgorithm)
        }
    }

    /// Takes over a hash from a password hasher or a store, which vouch for its form.
    #[must_use]
    pub fn trusted(hash: String) -> Self {
        Self(hash)
    }

    /// The hash itself, for stores and password hashers.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainPassword(..)")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
