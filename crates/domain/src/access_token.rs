use std::fmt;
use std::time::Duration;

use crate::id::{AccessTokenId, UserId};
use crate::text::{TextError, check_text};
use crate::timestamp::Timestamp;

/// The SHA-256 of a bearer token: all that is kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

/// A bearer token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// What the token is called when it is listed or revoked.
    pub id: AccessTokenId,
    /// Who acts by it.
    pub user_id: UserId,
    /// Name for people.
    pub name: Option<TokenName>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; never, without one.
    pub expires_at: Option<Timestamp>,
    /// Last use, to within [`AccessToken::USE_RESOLUTION`]; none before the first.
    pub last_used_at: Option<Timestamp>,
}

impl AccessToken {
    /// Interval at which the last use of a token is recorded: not each request is to write.
    pub const USE_RESOLUTION: Duration = Duration::from_mins(5);

    /// Returns true when a use now must be recorded.
    #[must_use]
    pub fn needs_use_recorded(&self, now: Timestamp) -> bool {
        self.last_used_at
            .is_none_or(|last| last.saturating_add(Self::USE_RESOLUTION) <= now)
    }

    /// Whether the token's time is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Name of an access token, for people: 1 to 200 characters without U+0000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName(String);

impl TokenName {
    /// Parses a name.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, longer than 200 characters, or contains U+0000.
    pub fn new(name: impl Into<String>) -> Result<Self, TextError> {
        let name = name.into();
        check_text(&name, 200)?;
        Ok(Self(name))
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(..)")
    }
}
