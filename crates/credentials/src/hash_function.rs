use std::iter::successors;

use aes::Aes256;
use argon2::{Algorithm, Argon2, Params, Version};
use bcrypt::bcrypt;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use md5::Md5;
use scrypt::scrypt;
use sha2::{Digest, Sha256};
use unlockd_application::ports::BoxError;
use zeroize::Zeroizing;

use crate::argon2id_parameters::{Argon2idParameters, OUTPUT_BYTES};
use crate::digests::{ShaDigest, write};

/// Bytes of a password that bcrypt uses, with the zero byte that ends it. It ignores the rest.
pub(crate) const BCRYPT_PASSWORD_BYTES: usize = 72;

/// Bytes that the rounds of `$5$`, `$6$` and phpass may hash in all, about a second of work: each round hashes the whole
/// password.
const MAX_BYTES_OF_ALL_ROUNDS: usize = 512 * 1024 * 1024;
/// Bytes that a round hashes beside the password.
const BYTES_OF_A_ROUND: usize = 64;

/// Function that makes an output of a password and a salt.
#[derive(PartialEq)]
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
        /// Logarithm of the rounds, 4 to 31.
        cost: u32,
        /// Django's `bcrypt_sha256`: the password is the hexadecimal SHA-256 of the typed one.
        is_prehashed: bool,
    },
    /// RFC 7914.
    Scrypt(scrypt::Params),
    /// Encrypts the project's key by what scrypt makes of the password (github.com/firebase/scrypt).
    FirebaseScrypt {
        params: scrypt::Params,
        signer_key: Vec<u8>,
    },
    /// RFC 8018, section 5.2.
    Pbkdf2 { digest: ShaDigest, iterations: u32 },
    /// Drepper, "Unix crypt using SHA-256 and SHA-512".
    ShaCrypt { digest: ShaCryptDigest, rounds: u32 },
    /// openwall.com/yescrypt.
    Yescrypt(yescrypt::Params),
    /// openwall.com/phpass: MD5 of salt and password, then of the last digest and the password.
    Phpass { rounds: u32 },
    /// One digest of password and salt.
    SaltedDigest(ShaDigest),
}

/// Digests of `$5$` and `$6$`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShaCryptDigest {
    Sha256,
    Sha512,
}

impl HashFunction {
    /// The one that hashes are made with now.
    pub(crate) fn argon2id(parameters: Argon2idParameters) -> Result<Self, BoxError> {
        Ok(Self::Argon2 {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            params: parameters.params(OUTPUT_BYTES)?,
        })
    }

    pub(crate) fn pbkdf2(digest: ShaDigest, iterations: u32) -> Option<Self> {
        (iterations >= 1).then_some(Self::Pbkdf2 { digest, iterations })
    }

    /// Bytes of a password that are hashed; a longer one matches no hash. At least 448.
    pub(crate) fn max_password_bytes(&self) -> usize {
        match self {
            Self::ShaCrypt { rounds, .. } | Self::Phpass { rounds } => {
                let bytes = MAX_BYTES_OF_ALL_ROUNDS / usize::try_from(*rounds).unwrap_or(usize::MAX);
                bytes.saturating_sub(BYTES_OF_A_ROUND)
            }
            Self::Argon2 { .. }
            | Self::Bcrypt { .. }
            | Self::Scrypt(_)
            | Self::FirebaseScrypt { .. }
            | Self::Pbkdf2 { .. }
            | Self::Yescrypt(_)
            | Self::SaltedDigest(_) => usize::MAX,
        }
    }

    /// Fills the output.
    ///
    /// # Errors
    /// When the machine does not have the memory.
    pub(crate) fn apply(&self, password: &[u8], salt: &[u8], output: &mut [u8]) -> Result<(), BoxError> {
        match self {
            Self::Argon2 {
                algorithm,
                version,
                params,
            } => Argon2::new(*algorithm, *version, params.clone()).hash_password_into(password, salt, output)?,
            Self::Bcrypt {
                cost,
                is_prehashed: false,
            } => apply_bcrypt(*cost, password, salt.try_into()?, output),
            Self::Bcrypt {
                cost,
                is_prehashed: true,
            } => apply_bcrypt(*cost, hex_sha256(password).as_bytes(), salt.try_into()?, output),
            Self::Scrypt(params) => scrypt(password, salt, params, output)?,
            Self::FirebaseScrypt { params, signer_key } => {
                let mut key = Zeroizing::new([0; 32]);
                scrypt(password, salt, params, key.as_mut_slice())?;
                write(signer_key, output);
                Ctr128BE::<Aes256>::new((&*key).into(), &[0; 16].into()).apply_keystream(output);
            }
            Self::Pbkdf2 { digest, iterations } => digest.pbkdf2(*iterations, password, salt, output),
            Self::ShaCrypt { digest, rounds } => {
                let params = sha_crypt::Params::new(*rounds)?;
                match digest {
                    ShaCryptDigest::Sha256 => {
                        write_in_crypt_order(&sha_crypt::sha256_crypt(password, salt, params), output);
                    }
                    ShaCryptDigest::Sha512 => {
                        write_in_crypt_order(&sha_crypt::sha512_crypt(password, salt, params), output);
                    }
                }
            }
            Self::Yescrypt(params) => yescrypt::yescrypt(password, salt, params, output)?,
            Self::Phpass { rounds } => apply_phpass(*rounds, password, salt, output),
            Self::SaltedDigest(digest) => digest.of_both(password, salt, output),
        }
        Ok(())
    }
}

impl ShaCryptDigest {
    pub(crate) const fn output_bytes(self) -> usize {
        match self {
            Self::Sha256 => sha_crypt::BLOCK_SIZE_SHA256,
            Self::Sha512 => sha_crypt::BLOCK_SIZE_SHA512,
        }
    }
}

/// bcrypt's last byte of 24 is never written down.
fn apply_bcrypt(cost: u32, password: &[u8], salt: [u8; 16], output: &mut [u8]) {
    let mut terminated = Zeroizing::new([0; BCRYPT_PASSWORD_BYTES]);
    write(password, terminated.as_mut_slice());
    let length = BCRYPT_PASSWORD_BYTES.min(password.len() + 1);
    let whole = bcrypt(cost, salt, terminated.get(..length).unwrap_or_default());
    write(&whole, output);
}

fn hex_sha256(password: &[u8]) -> Zeroizing<String> {
    let mut hex = Zeroizing::new(String::with_capacity(2 * ShaDigest::Sha256.output_bytes()));
    for byte in Sha256::digest(password) {
        for digit in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(digit.into(), 16));
        }
    }
    hex
}

fn apply_phpass(rounds: u32, password: &[u8], salt: &[u8], output: &mut [u8]) {
    let first = Md5::new().chain_update(salt).chain_update(password).finalize();
    let last = (0..rounds).fold(first, |digest, _| {
        Md5::new().chain_update(digest).chain_update(password).finalize()
    });
    write(&last, output);
}

/// `$5$` and `$6$` write three bytes from the three thirds of the digest in a row, in an order that rotates, and then the bytes
/// that are left over, the last one first.
fn write_in_crypt_order(digest: &[u8], output: &mut [u8]) {
    let third = digest.len() / 3;
    let first = [2 * third, third, 0];
    let next = |[a, b, c]: &[usize; 3]| match third {
        10 => Some([b + 1, c + 1, a + 1]),
        _ => Some([c + 1, a + 1, b + 1]),
    };
    let rest = match third {
        10 => [30, 31].as_slice(),
        _ => &[63],
    };
    let triples = successors(Some(first), next).take(third).flatten();
    let order = triples.chain(rest.iter().copied());
    for (byte, at) in output.iter_mut().zip(order) {
        *byte = digest.get(at).copied().unwrap_or_default();
    }
}
