use argon2::{Algorithm, Argon2, Params, RECOMMENDED_SALT_LEN, Version};
use bcrypt::bcrypt;
use pbkdf2::pbkdf2_hmac;
use scrypt::scrypt;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;
use unlockd_application::ports::BoxError;
use zeroize::Zeroizing;

use crate::argon2id_parameters::{Argon2idParameters, OUTPUT_BYTES};

/// What bcrypt sees of a password, in bytes, with the zero byte that ends it: the rest is ignored, here as elsewhere.
const BCRYPT_PASSWORD_BYTES: usize = 72;

/// A hash of a password in its parts, whoever made it.
pub(crate) struct StoredHash {
    pub(crate) function: HashFunction,
    pub(crate) salt: Vec<u8>,
    pub(crate) output: Vec<u8>,
}

/// What makes an output of a password and a salt.
pub(crate) enum HashFunction {
    /// RFC 9106, or the version before it.
    Argon2 {
        algorithm: Algorithm,
        version: Version,
        /// They include the output's length.
        params: Params,
    },
    /// Provos and Mazières, "A Future-Adaptable Password Scheme" (1999); its salt has 16 bytes.
    Bcrypt {
        /// The logarithm of the rounds, 4 to 31.
        cost: u32,
    },
    /// RFC 7914.
    Scrypt(scrypt::Params),
    /// RFC 8018, section 5.2.
    Pbkdf2 { digest: Pbkdf2Digest, iterations: u32 },
}

/// The digests that PBKDF2's HMAC is used with.
#[derive(Clone, Copy)]
pub(crate) enum Pbkdf2Digest {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
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
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        self.function.apply(password.as_bytes(), &self.salt, &mut output)?;
        Ok(self.output.as_slice().ct_eq(output.as_slice()).into())
    }

    /// Whether it was made of all of this password. bcrypt leaves off what is behind 72 bytes, so that what fits is perhaps
    /// not what its owner means.
    pub(crate) fn knows_all_of(&self, password: &str) -> bool {
        match &self.function {
            HashFunction::Bcrypt { .. } => password.len() <= BCRYPT_PASSWORD_BYTES,
            HashFunction::Argon2 { .. } | HashFunction::Scrypt(_) | HashFunction::Pbkdf2 { .. } => true,
        }
    }

    /// Whether a hash that is made now, with these parameters, would be as dear and as long.
    pub(crate) fn is_current(&self, parameters: Argon2idParameters) -> Result<bool, BoxError> {
        let current = parameters.params(OUTPUT_BYTES)?;
        Ok(match &self.function {
            HashFunction::Argon2 {
                algorithm: Algorithm::Argon2id,
                version: Version::V0x13,
                params,
            } => *params == current,
            HashFunction::Argon2 { .. }
            | HashFunction::Bcrypt { .. }
            | HashFunction::Scrypt(_)
            | HashFunction::Pbkdf2 { .. } => false,
        })
    }
}

impl HashFunction {
    /// The one that hashes are made with now.
    fn argon2id(parameters: Argon2idParameters) -> Result<Self, BoxError> {
        Ok(Self::Argon2 {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            params: parameters.params(OUTPUT_BYTES)?,
        })
    }

    fn apply(&self, password: &[u8], salt: &[u8], output: &mut [u8]) -> Result<(), BoxError> {
        match self {
            Self::Argon2 {
                algorithm,
                version,
                params,
            } => Argon2::new(*algorithm, *version, params.clone()).hash_password_into(password, salt, output)?,
            Self::Bcrypt { cost } => apply_bcrypt(*cost, password, salt.try_into()?, output),
            Self::Scrypt(params) => scrypt(password, salt, params, output)?,
            Self::Pbkdf2 { digest, iterations } => digest.apply(*iterations, password, salt, output),
        }
        Ok(())
    }
}

/// The last of bcrypt's 24 bytes is never written down.
fn apply_bcrypt(cost: u32, password: &[u8], salt: [u8; 16], output: &mut [u8]) {
    let mut terminated = Zeroizing::new([0; BCRYPT_PASSWORD_BYTES]);
    for (byte, typed) in terminated.iter_mut().zip(password) {
        *byte = *typed;
    }
    let length = BCRYPT_PASSWORD_BYTES.min(password.len() + 1);
    let whole = bcrypt(cost, salt, terminated.get(..length).unwrap_or_default());
    for (byte, computed) in output.iter_mut().zip(whole) {
        *byte = computed;
    }
}

impl Pbkdf2Digest {
    fn apply(self, iterations: u32, password: &[u8], salt: &[u8], output: &mut [u8]) {
        let function = match self {
            Self::Sha1 => pbkdf2_hmac::<Sha1>,
            Self::Sha224 => pbkdf2_hmac::<Sha224>,
            Self::Sha256 => pbkdf2_hmac::<Sha256>,
            Self::Sha384 => pbkdf2_hmac::<Sha384>,
            Self::Sha512 => pbkdf2_hmac::<Sha512>,
        };
        function(password, salt, iterations, output);
    }
}
