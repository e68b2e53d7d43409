use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::actor::Actor;
use crate::text::{TextError, check_optional_text};
use crate::timestamp::Timestamp;

/// Why and since when a user is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The moment of the lock.
    pub since: Timestamp,
    /// What brought the lock about.
    pub cause: LockCause,
    /// Who locked.
    pub by: Actor,
    /// What the one who locked said about it.
    pub reason: Option<Reason>,
    /// The moment from which on the user is active again, if one was named.
    pub until: Option<Timestamp>,
    /// The uses that the lock bars.
    pub scope: LockScope,
}

/// The uses that a lock bars. Decided when the user is locked, so that authentication needs no policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockScope {
    /// New sign-ins; sessions and access tokens continue to work.
    SignIn,
    /// New sign-ins, sessions and access tokens.
    AllUse,
}

/// The text names no scope of a lock.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown lock scope {0:?}")]
pub struct UnknownLockScope(pub String);

impl LockScope {
    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::AllUse => "all_use",
        }
    }
}

impl FromStr for LockScope {
    type Err = UnknownLockScope;

    fn from_str(name: &str) -> Result<Self, UnknownLockScope> {
        match name {
            "sign_in" => Ok(Self::SignIn),
            "all_use" => Ok(Self::AllUse),
            other => Err(UnknownLockScope(other.to_owned())),
        }
    }
}

/// A lock that is asked for: a [`Lock`] without its moment, which is that of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockOrder {
    /// What brings the lock about.
    pub cause: LockCause,
    /// What the one who locks says about it.
    pub reason: Option<Reason>,
    /// The moment the lock is to end at; it must lie in the future.
    pub until: Option<Timestamp>,
}

/// What brought a lock about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockCause {
    /// Somebody decided it.
    Operator,
    /// The lockout policy: too many wrong passwords.
    Policy,
}

/// The text names no cause of a lock.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown lock cause {0:?}")]
pub struct UnknownLockCause(pub String);

impl LockCause {
    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Policy => "policy",
        }
    }
}

impl FromStr for LockCause {
    type Err = UnknownLockCause;

    fn from_str(name: &str) -> Result<Self, UnknownLockCause> {
        match name {
            "operator" => Ok(Self::Operator),
            "policy" => Ok(Self::Policy),
            other => Err(UnknownLockCause(other.to_owned())),
        }
    }
}

/// What ended a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlockCause {
    /// Somebody decided it.
    Operator,
    /// Its time was over.
    Expired,
    /// The user has proved by a password reset who they are.
    PasswordReset,
    /// An operator has set a new password.
    PasswordChanged,
}

/// The text names no cause of an unlock.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown unlock cause {0:?}")]
pub struct UnknownUnlockCause(pub String);

impl UnlockCause {
    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Expired => "expired",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
        }
    }
}

impl FromStr for UnlockCause {
    type Err = UnknownUnlockCause;

    fn from_str(name: &str) -> Result<Self, UnknownUnlockCause> {
        match name {
            "operator" => Ok(Self::Operator),
            "expired" => Ok(Self::Expired),
            "password_reset" => Ok(Self::PasswordReset),
            "password_changed" => Ok(Self::PasswordChanged),
            other => Err(UnknownUnlockCause(other.to_owned())),
        }
    }
}

impl Lock {
    /// Whether its time is over.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// What a person says about a change: 1 to 500 characters without U+0000. Saying nothing is [`None`], see [`Reason::parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The longest reason, in characters.
    pub const MAX_CHARACTERS: usize = 500;

    /// Takes over a text of 0 to 500 characters; the empty one is no reason.
    ///
    /// # Errors
    /// [`TextError`] when it is longer or holds U+0000.
    pub fn parse(text: impl Into<String>) -> Result<Option<Self>, TextError> {
        let text = text.into();
        check_optional_text(&text, Self::MAX_CHARACTERS)?;
        Ok((!text.is_empty()).then_some(Self(text)))
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
