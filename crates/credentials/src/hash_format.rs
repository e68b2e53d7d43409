//! The ways that hashes are written down: the PHC string format, and the Modular Crypt Format as bcrypt, scrypt and passlib
//! use it. The crates of the algorithms read less than that: they want salts, outputs and iterations to be as long or as
//! many as they would make them today.

use std::str::FromStr;

use argon2::{Algorithm, MIN_SALT_LEN, Params, Version};
use base64::alphabet::{BCRYPT, CRYPT, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet::Alphabet};
use unlockd_domain::PasswordHash;

use crate::argon2id_parameters::MAX_MEMORY_KIBIBYTES;
use crate::stored_hash::{HashFunction, Pbkdf2Digest, StoredHash};

/// PHC's name for the version of Argon2 that is meant when none is written.
const ARGON2_VERSION_UNWRITTEN: u32 = 0x10;
/// The characters of a bcrypt salt; those of the output follow.
const BCRYPT_SALT_CHARACTERS: usize = 22;
/// The bits of a character of base64.
const CHARACTER_BITS: usize = 6;

/// Whoever wrote the last character may have left bits of it set that are no part of the bytes.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone);

/// The parts of a hash; nothing when it is damaged.
pub(crate) fn read(hash: &PasswordHash) -> Option<StoredHash> {
    let fields: Vec<_> = hash.expose().strip_prefix('$')?.split('$').collect();
    if let ["argon2i" | "argon2d" | "argon2id", ..] = *fields {
        return read_argon2(&fields);
    }
    // All of these were imported, so that their cost is bounded, unless damage made it another.
    PasswordHash::import(hash.expose()).ok()?;
    match *fields {
        ["2a" | "2b" | "2y", cost, salt_and_output] => read_bcrypt(cost, salt_and_output),
        ["scrypt", parameters, salt, output] => read_scrypt(parameters, salt, output),
        ["7", parameters_and_salt, output] => read_scrypt_crypt(parameters_and_salt, output),
        [algorithm, parameters, salt, output] => read_pbkdf2(algorithm, parameters, salt, output),
        _ => None,
    }
}

fn read_argon2(fields: &[&str]) -> Option<StoredHash> {
    let (algorithm, version, parameters, salt, output) = match *fields {
        [algorithm, version, parameters, salt, output] => {
            (algorithm, parameter(version, "v")?, parameters, salt, output)
        }
        [algorithm, parameters, salt, output] => (algorithm, ARGON2_VERSION_UNWRITTEN, parameters, salt, output),
        _ => return None,
    };
    let [memory, iterations, lanes] = *parameters.split(',').collect::<Vec<_>>() else {
        return None;
    };
    let memory = parameter(memory, "m").filter(|memory| *memory <= MAX_MEMORY_KIBIBYTES)?;
    let salt = base64(salt).filter(|salt| salt.len() >= MIN_SALT_LEN)?;
    let output = base64(output)?;
    let params = Params::new(
        memory,
        parameter(iterations, "t")?,
        parameter(lanes, "p")?,
        Some(output.len()),
    );
    let function = HashFunction::Argon2 {
        algorithm: Algorithm::from_str(algorithm).ok()?,
        version: Version::try_from(version).ok()?,
        params: params.ok()?,
    };
    Some(StoredHash { function, salt, output })
}

fn read_bcrypt(cost: &str, salt_and_output: &str) -> Option<StoredHash> {
    let (salt, output) = salt_and_output.split_at_checked(BCRYPT_SALT_CHARACTERS)?;
    Some(StoredHash {
        function: HashFunction::Bcrypt {
            cost: cost.parse().ok()?,
        },
        salt: decode(&BCRYPT, salt)?,
        output: decode(&BCRYPT, output)?,
    })
}

fn read_scrypt(parameters: &str, salt: &str, output: &str) -> Option<StoredHash> {
    let [log_n, r, p] = *parameters.split(',').collect::<Vec<_>>() else {
        return None;
    };
    let params = scrypt::Params::new(parameter(log_n, "ln")?, parameter(r, "r")?, parameter(p, "p")?);
    Some(StoredHash {
        function: HashFunction::Scrypt(params.ok()?),
        salt: base64(salt)?,
        output: base64(output)?,
    })
}

/// `crypt(3)`'s `$7$`: one character for log2 N, five for r, five for p, and the salt, which is used as it is written.
fn read_scrypt_crypt(parameters_and_salt: &str, output: &str) -> Option<StoredHash> {
    let (log_n, rest) = parameters_and_salt.split_at_checked(1)?;
    let (r, rest) = rest.split_at_checked(5)?;
    let (p, salt) = rest.split_at_checked(5)?;
    let log_n = u8::try_from(crypt_number(log_n.as_bytes())?).ok()?;
    let params = scrypt::Params::new(log_n, crypt_number(r.as_bytes())?, crypt_number(p.as_bytes())?);
    Some(StoredHash {
        function: HashFunction::Scrypt(params.ok()?),
        salt: salt.as_bytes().to_vec(),
        output: crypt_bytes(output)?,
    })
}

/// PHC's `i=<iterations>[,l=<output bytes>]`, or passlib's iterations alone. How long the output is, it says itself.
fn read_pbkdf2(algorithm: &str, parameters: &str, salt: &str, output: &str) -> Option<StoredHash> {
    let digest = match algorithm {
        "pbkdf2" | "pbkdf2-sha1" => Pbkdf2Digest::Sha1,
        "pbkdf2-sha224" => Pbkdf2Digest::Sha224,
        "pbkdf2-sha256" => Pbkdf2Digest::Sha256,
        "pbkdf2-sha384" => Pbkdf2Digest::Sha384,
        "pbkdf2-sha512" => Pbkdf2Digest::Sha512,
        _ => return None,
    };
    let iterations = parameters.split(',').next()?;
    let iterations = parameter(iterations, "i").or_else(|| iterations.parse().ok())?;
    Some(StoredHash {
        function: HashFunction::Pbkdf2 { digest, iterations },
        salt: base64(salt)?,
        output: base64(output)?,
    })
}

/// The value of `<name>=<value>`.
fn parameter<T: FromStr>(parameter: &str, name: &str) -> Option<T> {
    parameter.strip_prefix(name)?.strip_prefix('=')?.parse().ok()
}

/// Unpadded base64; passlib writes `.` for `+`.
fn base64(text: &str) -> Option<Vec<u8>> {
    decode(&STANDARD, &text.replace('.', "+"))
}

fn decode(alphabet: &Alphabet, text: &str) -> Option<Vec<u8>> {
    GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
}

/// `crypt(3)` writes three bytes as a number, its lowest 6 bits first, where base64 begins with the highest.
fn crypt_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for characters in text.as_bytes().chunks(4) {
        let number = crypt_number(characters)?;
        bytes.extend(number.to_le_bytes().iter().take(characters.len() * CHARACTER_BITS / 8));
    }
    Some(bytes)
}

/// A number of up to five characters, the lowest 6 bits first.
fn crypt_number(characters: &[u8]) -> Option<u32> {
    characters.iter().rev().try_fold(0, |number: u32, character| {
        let value = CRYPT.as_str().bytes().position(|other| other == *character)?;
        Some(number << CHARACTER_BITS | u32::try_from(value).ok()?)
    })
}
