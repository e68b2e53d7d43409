use std::fmt;

use unlockd_domain::TokenDigest;

/// Bearer tokens and their digests.
pub trait TokenIssuer: Send + Sync {
    /// A new token that nobody can guess: `unlockd_pat_` and 43 base64url characters (256 random bits).
    fn issue(&self) -> SecretToken;

    /// The SHA-256 of a token, by which it is stored and found.
    fn digest(&self, token: &SecretToken) -> TokenDigest;
}

/// A bearer token as its owner holds it. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretToken(String);

impl SecretToken {
    /// Takes over a token.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The secret itself: to hand it to its owner once, or to digest it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretToken(..)")
    }
}
