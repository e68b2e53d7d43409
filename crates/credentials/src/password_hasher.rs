use std::num::NonZeroU16;
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

/// How many passwords may wait by default. One takes some hundredths of a second, so that even the last is soon done.
const WAITING: u16 = 64;

/// Hashes passwords with Argon2id (RFC 9106), so many at a time: more than there are cores would not be faster, and each
/// takes [`ARGON2ID_MEMORY_KIBIBYTES`]. So many others wait for their turn; the rest is refused.
#[derive(Debug, Clone)]
pub struct Argon2idHasher {
    /// Whoever is hashing or waiting has one.
    places: Arc<Semaphore>,
    /// Whoever is hashing has one.
    turns: Arc<Semaphore>,
}

impl Argon2idHasher {
    /// Hashes up to `parallel` passwords at a time, while up to `waiting` more wait.
    #[must_use]
    pub fn new(parallel: NonZeroU16, waiting: u16) -> Self {
        let parallel = usize::from(parallel.get());
        Self {
            places: Arc::new(Semaphore::new(parallel + usize::from(waiting))),
            turns: Arc::new(Semaphore::new(parallel)),
        }
    }
}

/// All cores but one, which stays free for everything else, if there are several; 64 may wait.
impl Default for Argon2idHasher {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let parallel = u16::try_from(cores - 1).ok().and_then(NonZeroU16::new);
        Self::new(parallel.unwrap_or(NonZeroU16::MIN), WAITING)
    }
}

#[async_trait]
impl PasswordHasher for Argon2idHasher {
    #[tracing::instrument(name = "credentials.password_hasher.hash", skip_all)]
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        self.in_turn(move || argon2id_hash(password.expose())).await
    }

    #[tracing::instrument(name = "credentials.password_hasher.fingerprint", skip_all)]
    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        self.in_turn(move || argon2id_fingerprint(password.expose(), &salt))
            .await
    }
}

impl Argon2idHasher {
    /// Does the work on a thread that may block, once it is its turn.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordHasherError> + Send + 'static,
    ) -> Result<T, PasswordHasherError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| PasswordHasherError::Overloaded)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(failed)?;
        // Both go along: a caller who gives up does not stop the work, so they are not free before its end.
        spawn_blocking(move || {
            let outcome = work();
            drop((turn, place));
            outcome
        })
        .await
        .map_err(failed)?
    }
}

fn argon2id() -> Result<Argon2<'static>, PasswordHasherError> {
    let params = Params::new(
        ARGON2ID_MEMORY_KIBIBYTES,
        ARGON2ID_ITERATIONS,
        ARGON2ID_PARALLELISM,
        Some(OUTPUT_BYTES),
    )
    .map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn argon2id_hash(password: &str) -> Result<PasswordHash, PasswordHasherError> {
    let mut salt = [0; RECOMMENDED_SALT_LEN];
    fill_with_randomness(&mut salt).map_err(failed)?;
    let hash = argon2id()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(failed)?;
    Ok(PasswordHash::trusted(hash.to_string()))
}

fn argon2id_fingerprint(password: &str, salt: &[u8]) -> Result<[u8; OUTPUT_BYTES], PasswordHasherError> {
    let mut fingerprint = [0; OUTPUT_BYTES];
    argon2id()?
        .hash_password_into(password.as_bytes(), salt, &mut fingerprint)
        .map_err(failed)?;
    Ok(fingerprint)
}

fn failed(cause: impl Into<BoxError>) -> PasswordHasherError {
    PasswordHasherError::Failed(cause.into())
}
