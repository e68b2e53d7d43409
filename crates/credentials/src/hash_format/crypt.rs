//! The Modular Crypt Format: bcrypt, and what `crypt(3)` and phpass write.

use super::encoding::{bcrypt_base64, crypt_bytes, crypt_number, number};
use super::phc::scrypt_params;
use crate::hash_function::{HashFunction, ShaCryptDigest};
use crate::stored_hash::StoredHash;

/// Characters of a bcrypt salt; those of the output follow.
const BCRYPT_SALT_CHARACTERS: usize = 22;
const BCRYPT_OUTPUT_CHARACTERS: usize = 31;
const BCRYPT_COSTS: std::ops::RangeInclusive<u32> = 4..=31;
/// Characters of 32 bytes as `crypt(3)` writes them.
const CRYPT_32_BYTES: usize = 43;
/// `crypt(3)` uses no more of a salt.
const SHA_CRYPT_SALT_CHARACTERS: usize = 16;
/// Logarithms of the rounds that phpass accepts.
const PHPASS_LOG_ROUNDS: std::ops::RangeInclusive<u32> = 7..=30;
const PHPASS_SALT_CHARACTERS: usize = 8;
const PHPASS_OUTPUT_CHARACTERS: usize = 22;

/// Two digits of cost, then salt and output run together.
pub(super) fn bcrypt(cost: &str, salt_and_output: &str, is_prehashed: bool) -> Option<StoredHash> {
    let is_cost = cost.len() == 2 && cost.bytes().all(|digit| digit.is_ascii_digit());
    let cost = cost
        .parse()
        .ok()
        .filter(|cost| is_cost && BCRYPT_COSTS.contains(cost))?;
    let (salt, output) = salt_and_output.split_at_checked(BCRYPT_SALT_CHARACTERS)?;
    if output.len() != BCRYPT_OUTPUT_CHARACTERS {
        return None;
    }
    Some(StoredHash {
        function: HashFunction::Bcrypt { cost, is_prehashed },
        salt: bcrypt_base64(salt)?,
        output: bcrypt_base64(output)?,
    })
}

/// `$7$`: one character for log2 N, five for r, five for p, and the salt, which is used as it is written.
pub(super) fn scrypt(parameters_and_salt: &str, output: &str) -> Option<StoredHash> {
    let (log_n, rest) = parameters_and_salt.split_at_checked(1)?;
    let (r, rest) = rest.split_at_checked(5)?;
    let (p, salt) = rest.split_at_checked(5)?;
    if salt.is_empty() || crypt_bytes(salt).is_none() {
        return None;
    }
    let [log_n, r, p] = [log_n, r, p].map(|digits| crypt_number(digits.as_bytes()));
    Some(StoredHash {
        function: HashFunction::Scrypt(scrypt_params([log_n?, r?, p?])?),
        salt: salt.as_bytes().to_vec(),
        output: output_of_32_bytes(output)?,
    })
}

/// `$y$`: the parameters in yescrypt's own form. Only those that `crypt(3)` sets differ from yescrypt's defaults.
pub(super) fn yescrypt(parameters: &str, salt: &str, output: &str) -> Option<StoredHash> {
    let params: yescrypt::Params = parameters.parse().ok()?;
    let usual = yescrypt::Params::new(yescrypt::Mode::default(), params.n(), params.r(), params.p()).ok()?;
    if params != usual {
        return None;
    }
    Some(StoredHash {
        function: HashFunction::Yescrypt(params),
        salt: crypt_bytes(salt).filter(|salt| !salt.is_empty())?,
        output: output_of_32_bytes(output)?,
    })
}

/// `$5$` and `$6$`: perhaps `rounds=<number>`, then the salt, which is used as it is written.
pub(super) fn sha_crypt(digest: &str, rounds: Option<&str>, salt: &str, output: &str) -> Option<StoredHash> {
    let digest = match digest {
        "5" => ShaCryptDigest::Sha256,
        "6" => ShaCryptDigest::Sha512,
        _ => return None,
    };
    let rounds = match rounds {
        Some(rounds) => number(rounds.strip_prefix("rounds=")?)?,
        None => sha_crypt::Params::RECOMMENDED_ROUNDS,
    };
    sha_crypt::Params::new(rounds).ok()?;
    let is_salt = (1..=SHA_CRYPT_SALT_CHARACTERS).contains(&salt.len());
    let output = crypt_bytes(output).filter(|output| is_salt && output.len() == digest.output_bytes())?;
    Some(StoredHash {
        function: HashFunction::ShaCrypt { digest, rounds },
        salt: salt.as_bytes().to_vec(),
        output,
    })
}

/// `$P$` and `$H$`: one character for log2 of the rounds, eight of salt, which is used as it is written, and the output.
pub(super) fn phpass(rest: &str) -> Option<StoredHash> {
    let (log_rounds, rest) = rest.split_at_checked(1)?;
    let (salt, output) = rest.split_at_checked(PHPASS_SALT_CHARACTERS)?;
    let log_rounds = crypt_number(log_rounds.as_bytes()).filter(|log| PHPASS_LOG_ROUNDS.contains(log))?;
    if output.len() != PHPASS_OUTPUT_CHARACTERS {
        return None;
    }
    Some(StoredHash {
        function: HashFunction::Phpass {
            rounds: 1 << log_rounds,
        },
        salt: salt.as_bytes().to_vec(),
        output: crypt_bytes(output)?,
    })
}

fn output_of_32_bytes(output: &str) -> Option<Vec<u8>> {
    crypt_bytes(output).filter(|_| output.len() == CRYPT_32_BYTES)
}
