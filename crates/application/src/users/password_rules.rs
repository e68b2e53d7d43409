use super::{NewPassword, NewPasswordSecret};
use crate::error::Error;

/// What a new password must be, beside its 1 to 200 characters. Hashes that are imported are not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordRules {
    /// The shortest password, in characters of its normal form (NFKC).
    pub min_characters: u16,
}

impl PasswordRules {
    /// The shortest password where nothing else was set (NIST SP 800-63B, section 5.1.1.2).
    pub const DEFAULT_MIN_CHARACTERS: u16 = 8;

    /// Whether a password can be set at this path of the request.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when it is too short.
    pub(super) fn check(self, path: &str, password: &NewPassword) -> Result<(), Error> {
        match &password.secret {
            NewPasswordSecret::Plain(plain) if plain.characters() < usize::from(self.min_characters) => Err(
                Error::invalid(path, format!("must have at least {} characters", self.min_characters)),
            ),
            NewPasswordSecret::Plain(_) | NewPasswordSecret::Imported(_) => Ok(()),
        }
    }
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            min_characters: Self::DEFAULT_MIN_CHARACTERS,
        }
    }
}
