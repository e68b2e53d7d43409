use argon2::RECOMMENDED_SALT_LEN;
use subtle::ConstantTimeEq;
use unlockd_application::ports::BoxError;
use zeroize::Zeroizing;

use crate::argon2id_parameters::{Argon2idParameters, OUTPUT_BYTES};
use crate::hash_function::{BCRYPT_PASSWORD_BYTES, HashFunction};

/// A hash of a password in its parts, whoever made it.
pub(crate) struct StoredHash {
    pub(crate) function: HashFunction,
    pub(crate) salt: Vec<u8>,
    pub(crate) output: Vec<u8>,
}

impl StoredHash {
    /// A hash of no password, as dear to compare with as one that is made with these parameters.
    pub(crate) fn of_nobody(parameters: Argon2idParameters) -> Result<Self, BoxError> {
        Ok(Self {
            function: HashFunction::argon2id(parameters)?,
            salt: vec![0; RECOMMENDED_SALT_LEN],
            output: vec![0; OUTPUT_BYTES],
        })
    }

    /// Whether it was made of this password. How long that takes says nothing about which bytes differ.
    ///
    /// # Errors
    /// When the machine has not the memory.
    pub(crate) fn is_of(&self, password: &str) -> Result<bool, BoxError> {
        let hashed = password.as_bytes().get(..self.function.max_password_bytes());
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        self.function
            .apply(hashed.unwrap_or(password.as_bytes()), &self.salt, &mut output)?;
        let is_whole = hashed.is_none_or(|hashed| hashed.len() == password.len());
        Ok(is_whole && bool::from(self.output.as_slice().ct_eq(output.as_slice())))
    }

    /// Whether it was made of all of this password. bcrypt leaves off what is behind 72 bytes, so that what fits is perhaps
    /// not what its owner means.
    pub(crate) fn knows_all_of(&self, password: &str) -> bool {
        let cuts = matches!(
            self.function,
            HashFunction::Bcrypt {
                is_prehashed: false,
                ..
            }
        );
        !cuts || password.len() <= BCRYPT_PASSWORD_BYTES
    }

    /// Whether a hash that is made now, with these parameters, would be as dear and as long.
    pub(crate) fn is_current(&self, parameters: Argon2idParameters) -> Result<bool, BoxError> {
        Ok(self.function == HashFunction::argon2id(parameters)?)
    }
}
