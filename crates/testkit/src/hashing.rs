use async_trait::async_trait;
use sha2::{Digest, Sha256};
use unlockd_application::ports::{PasswordHasher, PasswordHasherError};
use unlockd_domain::{PasswordHash, PlainPassword};

/// Looks like Argon2id and is one round of SHA-256 without a salt: fast, repeatable, and of no use against anybody.
#[derive(Debug, Clone, Copy, Default)]
pub struct InsecureTestHasher;

#[async_trait]
impl PasswordHasher for InsecureTestHasher {
    async fn hash(&self, password: PlainPassword) -> Result<PasswordHash, PasswordHasherError> {
        let digest = Sha256::digest(password.expose());
        let hexadecimal = digest
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Ok(PasswordHash::trusted(format!(
            "$argon2id$v=19$m=8,t=1,p=1$dGVzdHNhbHQ${hexadecimal}"
        )))
    }

    async fn fingerprint(&self, password: PlainPassword, salt: [u8; 32]) -> Result<[u8; 32], PasswordHasherError> {
        Ok(Sha256::new()
            .chain_update(salt)
            .chain_update(password.expose())
            .finalize()
            .into())
    }
}
