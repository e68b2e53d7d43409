use unlockd_domain::OrganizationId;

use super::{NewPassword, NewPasswordSecret, Users};
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
}

impl Users {
    /// Refuses the password at this path of the request if no user may have it.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when it is too short or too easy to guess, or a hash that cannot be imported.
    pub(super) fn check_new_password(&self, path: &str, password: &NewPassword) -> Result<(), Error> {
        match &password.secret {
            NewPasswordSecret::Plain(plain) => {
                let field = format!("{path}.password");
                let min = self.password_rules.min_characters;
                if plain.characters() < usize::from(min) {
                    return Err(Error::invalid(field, format!("must have at least {min} characters")));
                }
                plain
                    .check_strength()
                    .map_err(|weakness| Error::invalid(field, weakness))
            }
            NewPasswordSecret::Imported(hash) => self
                .passwords
                .check_import(hash)
                .map_err(|error| Error::invalid(format!("{path}.hash"), error)),
        }
    }
}

impl NewPassword {
    /// Refuses the password at this path of the request if it is one of these usernames of its user.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`].
    pub(super) fn check_differs_from<'a>(
        &self,
        path: &str,
        usernames: impl IntoIterator<Item = &'a str>,
        organization: &OrganizationId,
    ) -> Result<(), Error> {
        let NewPasswordSecret::Plain(plain) = &self.secret else {
            return Ok(());
        };
        usernames
            .into_iter()
            .try_for_each(|username| plain.check_differs_from(username, organization))
            .map_err(|weakness| Error::invalid(format!("{path}.password"), weakness))
    }
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            min_characters: Self::DEFAULT_MIN_CHARACTERS,
        }
    }
}
