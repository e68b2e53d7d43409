use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use unlockd_application::ports::{SecretToken, TokenIssuer};
use unlockd_domain::TokenDigest;

/// Shared by all instances: two sets of services on one store must not give out the same token.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Tokens of the real form that anybody could guess: they count. Digests are real.
#[derive(Debug, Clone, Copy, Default)]
pub struct SequentialTokens;

impl TokenIssuer for SequentialTokens {
    fn issue(&self) -> SecretToken {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        SecretToken::new(format!("unlockd_pat_{number:0>43}"))
    }

    fn digest(&self, token: &SecretToken) -> TokenDigest {
        TokenDigest(Sha256::digest(token.expose()).into())
    }
}
