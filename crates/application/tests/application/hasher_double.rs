use async_trait::async_trait;
use tokio::task::yield_now;
use unlockd_application::ports::{ImportedHashError, PasswordHasher, PasswordHasherError, Verification};
use unlockd_domain::{PasswordHash, PlainPassword};
use unlockd_testkit::InsecureTestHasher;

/// Neither hashes nor compares anything.
pub(crate) struct FailingHasher(pub(crate) fn() -> PasswordHasherError);

#[async_trait]
impl PasswordHasher for FailingHasher {
    async fn hash(&self, _: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        Err((self.0)())
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        InsecureTestHasher.check_import(hash)
    }

    async fn verify(&self, _: PlainPassword, _: Option<PasswordHash>) -> Result<Verification, PasswordHasherError> {
        Err((self.0)())
    }

    async fn fingerprint(&self, _: PlainPassword, _: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        Err((self.0)())
    }
}

/// Compares as the insecure one does, and hashes nothing.
pub(crate) struct OnlyComparing(pub(crate) fn() -> PasswordHasherError);

#[async_trait]
impl PasswordHasher for OnlyComparing {
    async fn hash(&self, _: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        Err((self.0)())
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        InsecureTestHasher.check_import(hash)
    }

    async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, PasswordHasherError> {
        InsecureTestHasher.verify(password, hash).await
    }

    async fn fingerprint(&self, _: PlainPassword, _: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        Err((self.0)())
    }
}

/// The insecure one, but that others come in between while it compares, as they do while a real one is at it.
pub(crate) struct SlowHasher;

#[async_trait]
impl PasswordHasher for SlowHasher {
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        yield_now().await;
        InsecureTestHasher.hash(password).await
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        InsecureTestHasher.check_import(hash)
    }

    async fn verify(
        &self,
        password: PlainPassword,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, PasswordHasherError> {
        for _ in 0..5 {
            yield_now().await;
        }
        InsecureTestHasher.verify(password, hash).await
    }

    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        InsecureTestHasher.fingerprint(password, salt).await
    }
}

/// Has no room, and must not be asked for anything.
pub(crate) struct FullHasher;

#[async_trait]
impl PasswordHasher for FullHasher {
    async fn hash(&self, _: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        panic!("hashed without room")
    }

    fn check_import(&self, hash: &PasswordHash) -> Result<(), ImportedHashError> {
        InsecureTestHasher.check_import(hash)
    }

    async fn verify(&self, _: PlainPassword, _: Option<PasswordHash>) -> Result<Verification, PasswordHasherError> {
        panic!("compared without room")
    }

    fn has_room(&self) -> bool {
        false
    }

    async fn fingerprint(&self, _: PlainPassword, _: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        panic!("hashed without room")
    }
}
