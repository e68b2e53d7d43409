use std::fmt;

use unlockd_domain::TokenDigest;

/// Bearer tokens and their digests.
pub trait TokenIssuer: Send + Sync {
    /// A new token that nobody can guess: `unlockd_pat_` and 43 base64url characters (256 random bits).
    fn issue(&self) -> SecretToken;

    /// A new session token that nobody can guess: [`SecretToken::SESSION_PREFIX`] and 43 base64url characters (256 random
    /// bits).
    fn issue_session_token(&self) -> SecretToken;

    /// The SHA-256 of a token, by which it is stored and found.
    fn digest(&self, token: &SecretToken) -> TokenDigest;
}

/// A bearer token as its owner holds it. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretToken(String);

impl SecretToken {
    /// What session tokens begin with, so that they are told from access tokens.
    pub const SESSION_PREFIX: &str = "unlockd_session_";

    /// Whether this is the token of a session, if it is any.
    #[must_use]
    pub fn is_of_session(&self) -> bool {
        self.0.starts_with(Self::SESSION_PREFIX)
    }

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
