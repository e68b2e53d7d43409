use std::time::Duration;

use crate::error::Error;

const DAY: Duration = Duration::from_hours(24);

/// Lifetimes of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLifetimes {
    /// Lifetime of a session that is created without one; not longer than the maximum.
    pub default: Duration,
    /// Longest lifetime that a request can set, from the time of the request.
    pub max: Duration,
}

impl SessionLifetimes {
    /// 30 days: the longest time without another authentication in NIST SP 800-63B, section 4.1.3.
    pub const DEFAULT: Duration = DAY.saturating_mul(30);
    /// 365 days. No longer one is of use in a browser: cookies expire after 400 days at most (RFC 6265bis, section 5.5).
    pub const MAX: Duration = DAY.saturating_mul(365);

    /// The lifetime of a new session.
    pub(super) fn lifetime(self, requested: Option<Duration>) -> Result<Duration, Error> {
        requested.map_or(Ok(self.default), |lifetime| self.bounded(lifetime))
    }

    /// A lifetime that a request sets.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] when it is longer than the maximum.
    pub(super) fn bounded(self, lifetime: Duration) -> Result<Duration, Error> {
        if lifetime > self.max {
            let max = crate::duration_text(self.max);
            return Err(Error::invalid("lifetime", format!("must be at most {max}")));
        }
        Ok(lifetime)
    }
}

impl Default for SessionLifetimes {
    fn default() -> Self {
        Self {
            default: Self::DEFAULT,
            max: Self::MAX,
        }
    }
}
