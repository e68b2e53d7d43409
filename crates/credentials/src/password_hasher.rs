use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, RECOMMENDED_SALT_LEN, Version};
use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use unlockd_application::ports::{BoxError, PasswordHasher, PasswordHasherError};
use unlockd_domain::{PasswordHash, PlainPassword};

use crate::randomness::fill_with_randomness;

/// Memory that one hash fills, in KiB: Argon2id's first line in OWASP's Password Storage Cheat Sheet (m=19456, t=2, p=1).
pub const ARGON2ID_MEMORY_KIBIBYTES: u32 = 19_456;
/// Passes over that memory, from the same line.
pub const ARGON2ID_ITERATIONS: u32 = 2;
/// Lanes of that memory, from the same line.
pub const ARGON2ID_PARALLELISM: u32 = 1;

const OUTPUT_BYTES: usize = 32;

/// Hashes passwords with Argon2id (RFC 9106), at most one at a time for each core: more would not be faster, and would
/// take [`ARGON2ID_MEMORY_KIBIBYTES`] each.
#[derive(Debug, Clone)]
pub struct Argon2idHasher {
    cores: Arc<Semaphore>,
}

impl Default for Argon2idHasher {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            cores: Arc::new(Semaphore::new(cores)),
        }
    }
}

#[async_trait]
impl PasswordHasher for Argon2idHasher {
    #[tracing::instrument(name = "credentials.password_hasher.hash", skip_all)]
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        let core = self.cores.clone().acquire_owned().await.map_err(failed)?;
        // The core goes along: a caller who gives up does not stop the work, so the core is not free before its end.
        spawn_blocking(move || {
            let hash = argon2id(password.expose());
            drop(core);
            hash
        })
        .await
        .map_err(failed)?
    }
}

fn argon2id(password: &str) -> Result<PasswordHash, PasswordHasherError> {
    let params = Params::new(
        ARGON2ID_MEMORY_KIBIBYTES,
        ARGON2ID_ITERATIONS,
        ARGON2ID_PARALLELISM,
        Some(OUTPUT_BYTES),
    )
    .map_err(failed)?;
    let mut salt = [0; RECOMMENDED_SALT_LEN];
    fill_with_randomness(&mut salt).map_err(failed)?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(failed)?;
    Ok(PasswordHash::trusted(hash.to_string()))
}

fn failed(cause: impl Into<BoxError>) -> PasswordHasherError {
    PasswordHasherError(cause.into())
}
