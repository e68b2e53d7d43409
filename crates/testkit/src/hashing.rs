use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use unlockd_application::ports::{ImportedHashError, PasswordHasher, PasswordHasherError, Verification};
use unlockd_credentials::Argon2idHasher;
use unlockd_domain::{PasswordHash, PlainPassword};

/// How hashes begin that are made now.
const CURRENT: &str = "$argon2id$v=19$m=8,t=1,p=1$dGVzdHNhbHQ$";

/// How hashes begin that were made with other parameters.
const OUTDATED: &str = "$argon2id$v=19$m=16,t=1,p=1$dGVzdHNhbHQ$";

/// Looks like Argon2id and is one round of SHA-256 without a salt: fast, repeatable, and of no use against anybody. Imported
/// hashes are real.
#[derive(Debug, Clone, Copy, Default)]
pub struct InsecureTestHasher;

impl InsecureTestHasher {
    /// A hash of the password that should be replaced, made of what was typed, as other systems do. It can be imported.
    #[must_use]
    pub fn outdated_hash(password: &PlainPassword) -> PasswordHash {
        PasswordHash::trusted(format!("{OUTDATED}{}", digest(password.expose())))
    }
}

#[async_trait]
impl PasswordHasher for InsecureTestHasher {
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        Ok(PasswordHash::trusted(format!(
            "{CURRENT}{}",
            digest(&password.normalized())
        )))
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        Argon2idHasher::default().check_import(hash)
    }

    async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, PasswordHasherError> {
        let candidates = [digest(&password.normalized()), digest(password.expose())];
        let Some(hash) = hash else {
            return Ok(Verification::Mismatch);
        };
        if ![CURRENT, OUTDATED].iter().any(|start| hash.expose().starts_with(start)) {
            return Argon2idHasher::default().verify(password, Some(hash)).await;
        }
        let output = hash.expose().rsplit('$').next();
        if candidates.iter().any(|candidate| output == Some(candidate)) {
            let is_outdated = !hash.expose().starts_with(CURRENT);
            Ok(Verification::Match { is_outdated })
        } else {
            Ok(Verification::Mismatch)
        }
    }

    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        Ok(Sha256::new()
            .chain_update(salt)
            .chain_update(password.expose())
            .finalize()
            .into())
    }
}

fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Counts what a hasher is asked for. Clones count together.
#[derive(Clone)]
pub struct CountingHasher {
    hasher: Arc<dyn PasswordHasher>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    hashes: AtomicU64,
    with_a_hash: AtomicU64,
    without_a_hash: AtomicU64,
    fingerprints: AtomicU64,
}

/// How often a hasher was asked. Each computation costs the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Computations {
    /// To hash a password.
    pub hashes: u64,
    /// To compare a password with a hash.
    pub comparisons_with_a_hash: u64,
    /// To compare a password with nothing.
    pub comparisons_without_a_hash: u64,
    /// To tell passwords apart.
    pub fingerprints: u64,
}

impl CountingHasher {
    /// Counts what this hasher is asked for from now on.
    #[must_use]
    pub fn new(hasher: Arc<dyn PasswordHasher>) -> Self {
        Self {
            hasher,
            counts: Arc::default(),
        }
    }

    /// What it was asked for so far, whether or not it could do it.
    #[must_use]
    pub fn computations(&self) -> Computations {
        let Counts {
            hashes,
            with_a_hash,
            without_a_hash,
            fingerprints,
        } = &*self.counts;
        Computations {
            hashes: hashes.load(Ordering::SeqCst),
            comparisons_with_a_hash: with_a_hash.load(Ordering::SeqCst),
            comparisons_without_a_hash: without_a_hash.load(Ordering::SeqCst),
            fingerprints: fingerprints.load(Ordering::SeqCst),
        }
    }
}

impl Computations {
    /// All comparisons, with a hash and without.
    #[must_use]
    pub fn comparisons(&self) -> u64 {
        self.comparisons_with_a_hash + self.comparisons_without_a_hash
    }
}

/// An insecure one.
impl Default for CountingHasher {
    fn default() -> Self {
        Self::new(Arc::new(InsecureTestHasher))
    }
}

#[async_trait]
impl PasswordHasher for CountingHasher {
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        self.counts.hashes.fetch_add(1, Ordering::SeqCst);
        self.hasher.hash(password).await
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        self.hasher.check_import(hash)
    }

    async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, PasswordHasherError> {
        let count = match &hash {
            Some(_) => &self.counts.with_a_hash,
            None => &self.counts.without_a_hash,
        };
        count.fetch_add(1, Ordering::SeqCst);
        self.hasher.verify(password, hash).await
    }

    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        self.counts.fingerprints.fetch_add(1, Ordering::SeqCst);
        self.hasher.fingerprint(password, salt).await
    }
}
