use std::borrow::Cow;
use std::fmt;

use icu_normalizer::ComposingNormalizer;
use thiserror::Error;

use crate::imported_hash::is_verifiable;
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
    /// Whether the user must choose another one; sessions of the user can do nothing else before that.
    pub change_required: bool,
}

/// Why a hash cannot be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ImportedHashError {
    /// The text is empty, too long, or holds U+0000.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Nothing could verify it, or not at a bearable cost.
    #[error(
        "must be a hash of Argon2, bcrypt, scrypt or PBKDF2 in the PHC string format or the Modular Crypt Format, and of \
         bounded cost"
    )]
    Unverifiable,
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

    /// The secret itself, as it was typed, for a password hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The secret in its normal form (Unicode Standard Annex 15, NFKC): the same however the keyboard or the system composes
    /// its characters. This is what is hashed (NIST SP 800-63B, section 5.1.1.2).
    #[must_use]
    pub fn normalized(&self) -> Cow<'_, str> {
        ComposingNormalizer::new_nfkc().normalize(&self.0)
    }

    /// How long the password is, in characters of its normal form.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.normalized().chars().count()
    }
}

impl PasswordHash {
    /// Takes over a hash that another system made, 1 to 200 characters, as it is.
    ///
    /// # Errors
    /// [`ImportedHashError`] when it is no hash of a known algorithm, or costs more to verify than can be spent on a
    /// sign-in: 1 GiB of memory, 4 GiB filled over all passes or lanes, 64 lanes; cost 16 of bcrypt; 10 million iterations
    /// of PBKDF2.
    pub fn import(hash: impl Into<String>) -> Result<Self, ImportedHashError> {
        let hash = hash.into();
        check_text(&hash, MAX_CHARACTERS)?;
        if is_verifiable(&hash) {
            Ok(Self(hash))
        } else {
            Err(ImportedHashError::Unverifiable)
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
