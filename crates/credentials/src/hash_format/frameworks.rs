//! Forms of their own that web frameworks and LDAP servers use.

use super::encoding::{base64, hex, number};
use super::phc::scrypt_params;
use crate::digests::ShaDigest;
use crate::hash_function::HashFunction;
use crate::stored_hash::StoredHash;

/// First byte of ASP.NET Core Identity's version 3.
const ASP_NET_VERSION_3: u8 = 1;

/// `pbkdf2_sha256$<iterations>$<salt>$<output>`; the salt is used as it is written.
pub(super) fn django_pbkdf2(algorithm: &str, iterations: &str, salt: &str, output: &str) -> Option<StoredHash> {
    let digest = ShaDigest::named(algorithm.strip_prefix("pbkdf2_")?)?;
    Some(StoredHash {
        function: HashFunction::pbkdf2(digest, number(iterations)?)?,
        salt: written(salt)?,
        output: base64(output)?,
    })
}

/// `scrypt$<N>$<salt>$<r>$<p>$<output>`; the salt is used as it is written.
pub(super) fn django_scrypt(parameters: [&str; 3], salt: &str, output: &str) -> Option<StoredHash> {
    Some(StoredHash {
        function: scrypt(parameters)?,
        salt: written(salt)?,
        output: base64(output)?,
    })
}

/// `scrypt:<N>:<r>:<p>$<salt>$<hex>` and `pbkdf2:<digest>:<iterations>$<salt>$<hex>`; the salt is used as it is written.
pub(super) fn werkzeug(method: &str, salt: &str, output: &str) -> Option<StoredHash> {
    let function = match *method.split(':').collect::<Vec<_>>() {
        ["scrypt", n, r, p] => scrypt([n, r, p])?,
        ["pbkdf2", digest, iterations] => HashFunction::pbkdf2(ShaDigest::named(digest)?, number(iterations)?)?,
        _ => return None,
    };
    Some(StoredHash {
        function,
        salt: written(salt)?,
        output: hex(output)?,
    })
}

/// `{SSHA256}<base64>`: the digest of password and salt, then the salt; without the first S there is no salt (RFC 2307).
pub(super) fn ldap(text: &str) -> Option<StoredHash> {
    let (scheme, encoded) = text.strip_prefix('{')?.split_once('}')?;
    let (digest, is_salted) = match scheme.to_ascii_uppercase().as_str() {
        "SHA" => (ShaDigest::Sha1, false),
        "SHA256" => (ShaDigest::Sha256, false),
        "SHA384" => (ShaDigest::Sha384, false),
        "SHA512" => (ShaDigest::Sha512, false),
        "SSHA" => (ShaDigest::Sha1, true),
        "SSHA256" => (ShaDigest::Sha256, true),
        "SSHA384" => (ShaDigest::Sha384, true),
        "SSHA512" => (ShaDigest::Sha512, true),
        _ => return None,
    };
    let mut output = base64(encoded).filter(|bytes| bytes.len() >= digest.output_bytes())?;
    let salt = output.split_off(digest.output_bytes());
    (is_salted != salt.is_empty()).then_some(StoredHash {
        function: HashFunction::SaltedDigest(digest),
        salt,
        output,
    })
}

/// Base64 of the version, the digest, the iterations and the length of the salt, each a number of 4 bytes but the first, then
/// salt and output.
pub(super) fn asp_net(text: &str) -> Option<StoredHash> {
    let bytes = base64(text)?;
    let (version, rest) = bytes.split_first()?;
    let (digest, rest) = rest.split_first_chunk()?;
    let (iterations, rest) = rest.split_first_chunk()?;
    let (salt_bytes, rest) = rest.split_first_chunk()?;
    let [digest, iterations, salt_bytes] = [digest, iterations, salt_bytes].map(|bytes| u32::from_be_bytes(*bytes));
    let digest = match digest {
        0 => ShaDigest::Sha1,
        1 => ShaDigest::Sha256,
        2 => ShaDigest::Sha512,
        _ => return None,
    };
    let (salt, output) = rest.split_at_checked(usize::try_from(salt_bytes).ok()?)?;
    if *version != ASP_NET_VERSION_3 || salt.is_empty() {
        return None;
    }
    Some(StoredHash {
        function: HashFunction::pbkdf2(digest, iterations)?,
        salt: salt.to_vec(),
        output: output.to_vec(),
    })
}

fn scrypt(parameters: [&str; 3]) -> Option<HashFunction> {
    let [n, r, p] = parameters.map(number);
    let n = n?;
    let log_n = n.is_power_of_two().then(|| n.ilog2())?;
    Some(HashFunction::Scrypt(scrypt_params([log_n, r?, p?])?))
}

fn written(salt: &str) -> Option<Vec<u8>> {
    (!salt.is_empty()).then(|| salt.as_bytes().to_vec())
}
