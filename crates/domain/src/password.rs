use std::borrow::Cow;
use std::fmt;

use icu_normalizer::ComposingNormalizer;
use thiserror::Error;

use crate::common_passwords::is_common;
use crate::id::OrganizationId;
use crate::text::{TextError, caseless, check_text};
use crate::timestamp::Timestamp;

/// Longest new password, in characters (`zitadel.user.v3alpha.SetPassword`).
const MAX_NEW_CHARACTERS: usize = 200;
/// Longest password that is compared with a hash, in characters: other systems accepted longer ones than unlockd does.
const MAX_TYPED_CHARACTERS: usize = 1024;
/// Longest hash, in characters. ZITADEL's limit is 200; a hash of Firebase has 230, one of ASP.NET or PBKDF2 can have more.
const MAX_HASH_CHARACTERS: usize = 512;

/// A password as a person typed it. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainPassword(String);

/// A password's hash, in the text form of the system that made it. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// What is kept of a user's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// The hash.
    pub hash: PasswordHash,
    /// When it was set.
    pub changed_at: Timestamp,
    /// True if the user must choose another one; sessions of the user can do nothing else before that.
    pub change_required: bool,
}

/// Why a password is too easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordWeakness {
    /// It has no character but blanks.
    #[error("must not consist of blanks only")]
    Blank,
    /// It is on the list of common passwords.
    #[error("is among the most common passwords")]
    Common,
    /// It is one of the names that its user signs in with.
    #[error("is one of the user's own usernames")]
    Username,
}

impl PlainPassword {
    /// Takes over a new password, of 1 to 200 characters.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer, or holds U+0000.
    pub fn new(password: impl Into<String>) -> Result<Self, TextError> {
        Self::with_limit(password.into(), MAX_NEW_CHARACTERS)
    }

    /// Takes over a password to compare with a hash, of 1 to 1,024 characters.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer, or holds U+0000.
    pub fn typed(password: impl Into<String>) -> Result<Self, TextError> {
        Self::with_limit(password.into(), MAX_TYPED_CHARACTERS)
    }

    fn with_limit(password: String, max: usize) -> Result<Self, TextError> {
        check_text(&password, max)?;
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

    /// Refuses a password that is easy to guess for everybody, ignoring case and composition.
    ///
    /// # Errors
    /// [`PasswordWeakness::Blank`] or [`PasswordWeakness::Common`].
    pub fn check_strength(&self) -> Result<(), PasswordWeakness> {
        let caseless = caseless(&self.0);
        if caseless.is_empty() {
            Err(PasswordWeakness::Blank)
        } else if is_common(&caseless) {
            Err(PasswordWeakness::Common)
        } else {
            Ok(())
        }
    }

    /// Refuses a password that equals a username of the user, alone or as `<username>@<organization id>`, ignoring case and
    /// composition.
    ///
    /// # Errors
    /// [`PasswordWeakness::Username`].
    pub fn check_differs_from(&self, username: &str, organization: &OrganizationId) -> Result<(), PasswordWeakness> {
        let (password, name) = (caseless(&self.0), caseless(username));
        let login_name = caseless(&format!("{username}@{organization}"));
        if password == name || password == login_name {
            Err(PasswordWeakness::Username)
        } else {
            Ok(())
        }
    }
}

impl PasswordHash {
    /// Takes over a hash that another system made, of 1 to 512 characters. Only a password hasher can tell whether it can be
    /// verified.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer, or holds U+0000.
    pub fn new(hash: impl Into<String>) -> Result<Self, TextError> {
        let hash = hash.into();
        check_text(&hash, MAX_HASH_CHARACTERS)?;
        Ok(Self(hash))
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
