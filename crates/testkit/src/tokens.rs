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
        next("unlockd_pat_")
    }

    fn issue_session_token(&self) -> SecretToken {
        next(SecretToken::SESSION_PREFIX)
    }

    fn digest(&self, token: &SecretToken) -> TokenDigest {
        TokenDigest(Sha256::digest(token.expose()).into())
    }
}

fn next(prefix: &str) -> SecretToken {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    SecretToken::new(format!("{prefix}{number:0>43}"))
}
