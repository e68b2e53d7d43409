use unlockd_domain::{PasswordHash, PlainPassword};

use super::Users;
use crate::error::{Error, Violations};

/// A password that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// The password or its hash.
    pub secret: NewPasswordSecret,
    /// True if the user must choose another one; sessions of the user can do nothing else before that.
    pub change_required: bool,
}

/// A password in the form it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewPasswordSecret {
    /// As typed; stored as an Argon2id hash.
    Plain(PlainPassword),
    /// Hashed by another system; stored as it is.
    Imported(PasswordHash),
}

/// `zitadel.user.v3alpha.SetPassword` as a wire brings it. Not printable, since it may hold a password.
#[derive(Default)]
pub struct PasswordForm {
    /// `password`, if it is set.
    pub password: Option<String>,
    /// `hash`, if it is set.
    pub hash: Option<String>,
    /// `change_required`.
    pub change_required: bool,
}

impl NewPasswordSecret {
    /// What is to be stored.
    pub(super) async fn hash(self, users: &Users) -> Result<PasswordHash, Error> {
        match self {
            Self::Plain(password) => Ok(users.passwords.hash(password).await?),
            Self::Imported(hash) => Ok(hash),
        }
    }

    /// What tells this password from another in the digest of a request. Of a password as typed it is as dear to guess as
    /// the hash that is stored.
    pub(super) async fn fingerprint(&self, users: &Users, salt: [u8; 32]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Plain(password) => Ok(users.passwords.fingerprint(password.clone(), salt).await?.to_vec()),
            Self::Imported(hash) => Ok(hash.expose().as_bytes().to_vec()),
        }
    }
}

impl PasswordForm {
    /// Whether there is a password, in either form.
    pub(super) fn is_set(&self) -> bool {
        self.password.is_some() || self.hash.is_some()
    }

    /// The password of the message at this path; nothing, and a note if that is wrong, when none is set.
    pub(super) fn parse(self, path: &str, violations: &mut Violations) -> Option<NewPassword> {
        let secret = match (self.password, self.hash) {
            (Some(password), None) => violations
                .keep(format!("{path}.password"), PlainPassword::new(password))
                .map(NewPasswordSecret::Plain),
            (None, Some(hash)) => violations
                .keep(format!("{path}.hash"), PasswordHash::new(hash))
                .map(NewPasswordSecret::Imported),
            (Some(_), Some(_)) => {
                violations.note(path, "must have a password or a hash, not both");
                None
            }
            (None, None) => {
                if self.change_required {
                    violations.note(path, "must have a password or a hash");
                }
                None
            }
        };
        secret.map(|secret| NewPassword {
            secret,
            change_required: self.change_required,
        })
    }
}
