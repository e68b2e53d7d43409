//! The PHC string format, passlib's forms of PBKDF2, and the form that ZITADEL and Ory Kratos use for Firebase.

use std::str::FromStr;

use argon2::{Algorithm, MIN_SALT_LEN, Params, Version};

use super::encoding::{base64, number, numbers};
use crate::digests::ShaDigest;
use crate::hash_function::HashFunction;
use crate::stored_hash::StoredHash;

/// PHC's name for the version of Argon2 that is meant when none is written.
const ARGON2_VERSION_UNWRITTEN: u32 = 0x10;

/// `m=<KiB>,t=<passes>,p=<lanes>`, with at least 8 KiB a lane (RFC 9106, section 3.1).
pub(super) fn argon2(
    algorithm: &str,
    version: Option<&str>,
    parameters: &str,
    salt: &str,
    output: &str,
) -> Option<StoredHash> {
    let version = match version {
        Some(version) => numbers(version, ["v"]).map(|[version]| version)?,
        None => ARGON2_VERSION_UNWRITTEN,
    };
    let [memory, iterations, lanes] = numbers(parameters, ["m", "t", "p"])?;
    let output = base64(output)?;
    let params = Params::new(memory, iterations, lanes, Some(output.len())).ok()?;
    let function = HashFunction::Argon2 {
        algorithm: Algorithm::from_str(algorithm).ok()?,
        version: Version::try_from(version).ok()?,
        params,
    };
    let salt = base64(salt).filter(|salt| salt.len() >= MIN_SALT_LEN)?;
    Some(StoredHash { function, salt, output })
}

/// `ln=<log2 N>,r=<block size>,p=<lanes>`.
pub(super) fn scrypt(parameters: &str, salt: &str, output: &str) -> Option<StoredHash> {
    Some(StoredHash {
        function: HashFunction::Scrypt(scrypt_params(numbers(parameters, ["ln", "r", "p"])?)?),
        salt: some_bytes(salt)?,
        output: base64(output)?,
    })
}

/// `ln=<memory cost>,r=<rounds>[,p=1]`, with the salt and the separator that follows it, and the project's signer key.
pub(super) fn firebase_scrypt(parameters: &str, salts: [&str; 2], output: &str, key: &str) -> Option<StoredHash> {
    let [log_n, r] = numbers(parameters, ["ln", "r"])
        .or_else(|| numbers(parameters, ["ln", "r", "p"]).and_then(|[log_n, r, p]| (p == 1).then_some([log_n, r])))?;
    let [salt, separator] = salts;
    let signer_key = base64(key)?;
    let output = base64(output).filter(|output| output.len() == signer_key.len())?;
    Some(StoredHash {
        function: HashFunction::FirebaseScrypt {
            params: scrypt_params([log_n, r, 1])?,
            signer_key,
        },
        salt: [some_bytes(salt)?, base64(separator)?].concat(),
        output,
    })
}

/// PHC's `i=<iterations>[,l=<output bytes>]`, or passlib's iterations alone. The length of the output is that of its text.
pub(super) fn pbkdf2(algorithm: &str, parameters: &str, salt: &str, output: &str) -> Option<StoredHash> {
    let digest = match algorithm {
        "pbkdf2" => ShaDigest::Sha1,
        _ => ShaDigest::named(algorithm.strip_prefix("pbkdf2-")?)?,
    };
    let iterations = numbers(parameters, ["i"])
        .or_else(|| numbers(parameters, ["i", "l"]).map(|[iterations, _]| [iterations]))
        .map_or_else(|| number(parameters), |[iterations]| Some(iterations))?;
    Some(StoredHash {
        function: HashFunction::pbkdf2(digest, iterations)?,
        salt: some_bytes(salt)?,
        output: base64(output)?,
    })
}

/// Parameters of scrypt from log2 N, the block size and the lanes.
pub(super) fn scrypt_params([log_n, r, p]: [u32; 3]) -> Option<scrypt::Params> {
    let log_n = u8::try_from(log_n).ok().filter(|log_n| *log_n >= 1)?;
    scrypt::Params::new(log_n, r, p).ok()
}

fn some_bytes(text: &str) -> Option<Vec<u8>> {
    base64(text).filter(|bytes| !bytes.is_empty())
}
