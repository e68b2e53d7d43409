use std::num::NonZeroU16;
use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::{Algorithm, Argon2, PasswordHasher as _, RECOMMENDED_SALT_LEN, Version};
use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use unlockd_application::ports::{BoxError, ImportedHashError, PasswordHasher, PasswordHasherError, Verification};
use unlockd_domain::{PasswordHash, PlainPassword};

use crate::argon2id_parameters::{Argon2idParameters, OUTPUT_BYTES};
use crate::hash_format;
use crate::randomness::fill_with_randomness;
use crate::stored_hash::StoredHash;

/// How many passwords may wait by default. One takes some hundredths of a second, so that even the last is soon done.
const WAITING: u16 = 64;

/// Hashes passwords with Argon2id (RFC 9106), so many at a time: more than there are cores would not be faster, and each
/// takes its [memory](Argon2idParameters::new). So many others wait for their turn; the rest is refused.
#[derive(Debug, Clone)]
pub struct Argon2idHasher {
    parameters: Argon2idParameters,
    /// Whoever is hashing or waiting has one.
    places: Arc<Semaphore>,
    /// Whoever is hashing has one.
    turns: Arc<Semaphore>,
}

impl Argon2idHasher {
    /// Hashes up to `parallel` passwords at a time, while up to `waiting` more wait.
    #[must_use]
    pub fn new(parameters: Argon2idParameters, parallel: NonZeroU16, waiting: u16) -> Self {
        let parallel = usize::from(parallel.get());
        Self {
            parameters,
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
        Self::new(
            Argon2idParameters::default(),
            parallel.unwrap_or(NonZeroU16::MIN),
            WAITING,
        )
    }
}

#[async_trait]
impl PasswordHasher for Argon2idHasher {
    #[tracing::instrument(level = "debug", name = "credentials.password_hasher.hash", skip_all)]
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        let parameters = self.parameters;
        self.in_turn(move || hash(&password, parameters)).await
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        hash_format::check_import(hash)
    }

    #[tracing::instrument(level = "debug", name = "credentials.password_hasher.verify", skip_all)]
    async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, PasswordHasherError> {
        let parameters = self.parameters;
        let stored = hash.and_then(|hash| {
            let stored = hash_format::read(&hash);
            if stored.is_none() {
                // To whoever signs in this must look like any wrong password.
                tracing::error!("a stored password hash is damaged: no password matches it");
            }
            stored
        });
        self.in_turn(move || verify(&password, stored, parameters)).await
    }

    fn has_room(&self) -> bool {
        self.places.available_permits() > 0
    }

    #[tracing::instrument(level = "debug", name = "credentials.password_hasher.fingerprint", skip_all)]
    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        let parameters = self.parameters;
        self.in_turn(move || fingerprint(&password, &salt, parameters)).await
    }
}

impl Argon2idHasher {
    /// Does the work on a thread that may block, once it is its turn.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
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
        .map_err(failed)
    }
}

fn argon2id(parameters: Argon2idParameters) -> Result<Argon2<'static>, BoxError> {
    let params = parameters.params(OUTPUT_BYTES)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &PlainPassword, parameters: Argon2idParameters) -> Result<PasswordHash, BoxError> {
    let mut salt = [0; RECOMMENDED_SALT_LEN];
    fill_with_randomness(&mut salt)?;
    let hash = argon2id(parameters)?.hash_password_with_salt(password.normalized().as_bytes(), &salt)?;
    Ok(PasswordHash::trusted(hash.to_string()))
}

/// Compares once with the password's normal form and, where it was typed otherwise, once with that: never less, so that the
/// time tells nothing about the hash. Without one it is as if there were one of another password.
fn verify(
    password: &PlainPassword,
    stored: Option<StoredHash>,
    parameters: Argon2idParameters,
) -> Result<Verification, BoxError> {
    let is_somebodys = stored.is_some();
    let stored = stored.map_or_else(|| StoredHash::of_nobody(parameters), Ok)?;
    let normalized = password.normalized();
    let is_of_normalized = stored.is_of(&normalized)?;
    let is_of_typed = normalized != password.expose() && stored.is_of(password.expose())?;
    if !is_somebodys || !(is_of_normalized || is_of_typed) {
        return Ok(Verification::Mismatch);
    }
    Ok(Verification::Match {
        // A hash of what was typed would not know the password again when it is typed on another keyboard.
        is_outdated: stored.knows_all_of(password.expose()) && !(is_of_normalized && stored.is_current(parameters)?),
    })
}

fn fingerprint(
    password: &PlainPassword,
    salt: &[u8],
    parameters: Argon2idParameters,
) -> Result<[u8; OUTPUT_BYTES], BoxError> {
    let mut fingerprint = [0; OUTPUT_BYTES];
    argon2id(parameters)?.hash_password_into(password.normalized().as_bytes(), salt, &mut fingerprint)?;
    Ok(fingerprint)
}

fn failed(cause: impl Into<BoxError>) -> PasswordHasherError {
    PasswordHasherError::Failed(cause.into())
}
