//! Limits of the memory and time that verifying a hash may take: everybody who can import a hash decides over them.

use unlockd_application::ports::ImportedHashError;

use crate::argon2id_parameters::MAX_MEMORY_KIBIBYTES;
use crate::hash_function::HashFunction;
use crate::stored_hash::StoredHash;

const MEBIBYTE: u64 = 1024 * 1024;

/// Memory, in bytes. Django's Argon2 takes 100 MiB, OWASP's scrypt 128 MiB.
const MAX_MEMORY: u64 = 128 * MEBIBYTE;
/// Memory that Argon2 fills in all its passes, in bytes: 0.7 s.
const MAX_ARGON2_FILLED: u64 = 512 * MEBIBYTE;
/// Memory that scrypt and yescrypt fill in all their lanes, in bytes: 1.2 s, since they read it all again.
const MAX_SCRYPT_FILLED: u64 = 256 * MEBIBYTE;
/// Logarithm of bcrypt's rounds: 1.4 s.
const MAX_BCRYPT_COST: u32 = 14;
/// Iterations of PBKDF2, counted for each block of the output: 0.3 s with SHA-256, 1.2 s with SHA-512.
const MAX_PBKDF2_ITERATIONS: u64 = 2_000_000;
/// Rounds of `$5$` and `$6$`: 0.3 s.
const MAX_SHA_CRYPT_ROUNDS: u32 = 1_000_000;
/// Rounds of phpass: 0.2 s.
const MAX_PHPASS_ROUNDS: u32 = 1 << 20;

/// # Errors
/// [`ImportedHashError::TooCostly`] with the first limit that is exceeded.
pub(crate) fn check_import(hash: &StoredHash) -> Result<(), ImportedHashError> {
    match exceeded_limit(hash) {
        Some(limit) => Err(ImportedHashError::TooCostly { limit }),
        None => Ok(()),
    }
}

/// Whether a stored hash can be verified. The operator's own parameters of Argon2id may exceed the limits of imports; other
/// hashes were imported, so only damage can have changed their cost.
pub(crate) fn is_bearable(hash: &StoredHash) -> bool {
    match &hash.function {
        HashFunction::Argon2 { params, .. } => params.m_cost() <= MAX_MEMORY_KIBIBYTES,
        HashFunction::Bcrypt { .. }
        | HashFunction::Scrypt(_)
        | HashFunction::FirebaseScrypt { .. }
        | HashFunction::Pbkdf2 { .. }
        | HashFunction::ShaCrypt { .. }
        | HashFunction::Yescrypt(_)
        | HashFunction::Phpass { .. }
        | HashFunction::SaltedDigest(_) => exceeded_limit(hash).is_none(),
    }
}

fn exceeded_limit(hash: &StoredHash) -> Option<&'static str> {
    match &hash.function {
        HashFunction::Argon2 { params, .. } => {
            let memory = u64::from(params.m_cost()) * 1024;
            let is_filled_too_often = memory.saturating_mul(params.t_cost().into()) > MAX_ARGON2_FILLED;
            exceeded_memory(memory)
                .or_else(|| is_filled_too_often.then_some("512 MiB that Argon2 fills in all its passes"))
        }
        HashFunction::Scrypt(params) | HashFunction::FirebaseScrypt { params, .. } => {
            exceeded_scrypt_memory(params.n(), params.r(), params.p().into())
        }
        HashFunction::Yescrypt(params) => exceeded_scrypt_memory(params.n(), params.r(), params.p().into()),
        HashFunction::Bcrypt { cost, .. } => (*cost > MAX_BCRYPT_COST).then_some("a cost of 14 for bcrypt"),
        HashFunction::Pbkdf2 { digest, iterations } => {
            let blocks = hash.output.len().div_ceil(digest.output_bytes()) as u64;
            (u64::from(*iterations).saturating_mul(blocks) > MAX_PBKDF2_ITERATIONS)
                .then_some("2,000,000 iterations of PBKDF2, counted for each block of its output")
        }
        HashFunction::ShaCrypt { rounds, .. } => {
            (*rounds > MAX_SHA_CRYPT_ROUNDS).then_some("1,000,000 rounds of SHA-crypt")
        }
        HashFunction::Phpass { rounds } => (*rounds > MAX_PHPASS_ROUNDS).then_some("1,048,576 rounds of phpass"),
        HashFunction::SaltedDigest(_) => None,
    }
}

/// scrypt fills 128 * r * N bytes, for one lane after the other (RFC 7914, section 2).
fn exceeded_scrypt_memory(n: u64, r: u32, times: u64) -> Option<&'static str> {
    let memory = n.saturating_mul(128).saturating_mul(r.into());
    let is_filled_too_often = memory.saturating_mul(times) > MAX_SCRYPT_FILLED;
    exceeded_memory(memory).or_else(|| is_filled_too_often.then_some("256 MiB that scrypt fills in all its lanes"))
}

fn exceeded_memory(bytes: u64) -> Option<&'static str> {
    (bytes > MAX_MEMORY).then_some("128 MiB of memory")
}
