use std::time::Duration;

use thiserror::Error;

use crate::lock::LockScope;

/// When too many wrong passwords lock a user, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockoutPolicy {
    /// How many wrong passwords lock a user.
    pub max_password_attempts: AttemptLimit,
    /// For how long a wrong password counts.
    pub attempt_window: PolicySpan,
    /// How long the first lock lasts; without it, until somebody unlocks the user.
    pub lock_duration: Option<PolicySpan>,
    /// How many times longer each further lock lasts, while no sign-in succeeds in between.
    pub backoff_factor: BackoffFactor,
    /// The longest lock; also where [`LockoutPolicy::lock_duration`] is longer.
    pub max_lock_duration: PolicySpan,
    /// Whether whoever tries to sign in is told that the user is locked. Else a lock looks like a wrong password.
    pub reveal_lock: bool,
    /// How many failures one source may have for one login name; as many as [`LockoutPolicy::max_password_attempts`] without
    /// it.
    pub source_attempts: Option<AttemptLimit>,
    /// For how long a failure counts for its source.
    pub source_window: PolicySpan,
    /// Whether a lock also ends the use of sessions and access tokens. Else it bars new sign-ins only.
    pub lock_ends_sessions: bool,
    /// The number of login names at which one source may have failed within [`LockoutPolicy::source_total_window`], before it
    /// is slowed for all names. Only the instance's policy counts.
    pub max_source_names: SourceTotal,
    /// The number of failures that one source may have for all names within [`LockoutPolicy::source_total_window`], before it
    /// is slowed for all names. Only the instance's policy counts.
    pub max_source_failures: SourceTotal,
    /// For how long a failure counts for the totals of its source. Only the instance's policy counts.
    pub source_total_window: PolicySpan,
}

/// A total of one source: 1 to 1,000,000, or 0 for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceTotal(u32);

/// The total is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a number from 0 to {}", SourceTotal::MAX)]
pub struct SourceTotalOutOfRange;

/// How many attempts may fail: 1 to 100 (NIST SP 800-63B, section 5.2.2), or 0 for any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptLimit(u32);

/// The number of attempts is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a number from 0 to {}", AttemptLimit::MAX)]
pub struct AttemptLimitOutOfRange;

/// A span of a policy: 1 microsecond to 10 years of 365 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicySpan(Duration);

/// The span is 0 or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be longer than 0 and at most {} seconds", PolicySpan::MAX.as_secs())]
pub struct PolicySpanOutOfRange;

/// How many times longer each further lock is: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BackoffFactor(u32);

/// The factor is 0 or too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a number from 1 to {}", BackoffFactor::MAX)]
pub struct BackoffFactorOutOfRange;

impl LockoutPolicy {
    /// What holds where nothing was set: 10 attempts within an hour lock for 15 minutes, then for twice as long each time, up
    /// to a day; 10 attempts of one source within a day.
    pub const DEFAULT: Self = Self {
        max_password_attempts: AttemptLimit(10),
        attempt_window: PolicySpan(Duration::from_hours(1)),
        lock_duration: Some(PolicySpan(Duration::from_mins(15))),
        backoff_factor: BackoffFactor(2),
        max_lock_duration: PolicySpan(Duration::from_hours(24)),
        reveal_lock: false,
        source_attempts: None,
        source_window: PolicySpan(Duration::from_hours(24)),
        lock_ends_sessions: false,
        max_source_names: SourceTotal(30),
        max_source_failures: SourceTotal(100),
        source_total_window: PolicySpan(Duration::from_hours(1)),
    };

    /// How long a lock lasts that comes after so many others without a success in between; none: until somebody unlocks the
    /// user.
    #[must_use]
    pub fn lock_span(&self, locks_before: u32) -> Option<Duration> {
        let longest = self.max_lock_duration.get();
        let factor = self.backoff_factor.get().saturating_pow(locks_before);
        self.lock_duration.map(|first| {
            first
                .get()
                .checked_mul(factor)
                .map_or(longest, |span| span.min(longest))
        })
    }

    /// The uses that a lock bars.
    #[must_use]
    pub fn lock_scope(&self) -> LockScope {
        if self.lock_ends_sessions {
            LockScope::AllUse
        } else {
            LockScope::SignIn
        }
    }

    /// How many failures one source may have for one login name; none: any number.
    #[must_use]
    pub fn source_limit(&self) -> Option<u32> {
        self.source_attempts.unwrap_or(self.max_password_attempts).limit()
    }
}

impl Default for LockoutPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl AttemptLimit {
    /// The largest limit.
    pub const MAX: u32 = 100;

    /// Takes over a number.
    ///
    /// # Errors
    /// [`AttemptLimitOutOfRange`] above [`AttemptLimit::MAX`].
    pub fn new(number: u32) -> Result<Self, AttemptLimitOutOfRange> {
        if number <= Self::MAX {
            Ok(Self(number))
        } else {
            Err(AttemptLimitOutOfRange)
        }
    }

    /// The number; 0 stands for any number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// How many attempts may fail; none: any number.
    #[must_use]
    pub fn limit(self) -> Option<u32> {
        (self.0 > 0).then_some(self.0)
    }
}

impl SourceTotal {
    /// The largest total.
    pub const MAX: u32 = 1_000_000;

    /// Takes over a number.
    ///
    /// # Errors
    /// [`SourceTotalOutOfRange`] above [`SourceTotal::MAX`].
    pub fn new(number: u32) -> Result<Self, SourceTotalOutOfRange> {
        if number <= Self::MAX {
            Ok(Self(number))
        } else {
            Err(SourceTotalOutOfRange)
        }
    }

    /// The number; 0 stands for no limit.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// The limit; none: there is no limit.
    #[must_use]
    pub fn limit(self) -> Option<u32> {
        (self.0 > 0).then_some(self.0)
    }
}

impl PolicySpan {
    /// The longest span.
    pub const MAX: Duration = Duration::from_hours(10 * 365 * 24);

    /// A span of [`PolicySpan::MAX`].
    pub const LONGEST: Self = Self(Self::MAX);

    /// Takes over a span; what is finer than a microsecond is cut off.
    ///
    /// # Errors
    /// [`PolicySpanOutOfRange`] for less than a microsecond, and for more than [`PolicySpan::MAX`].
    pub fn new(span: Duration) -> Result<Self, PolicySpanOutOfRange> {
        let whole = Duration::new(span.as_secs(), span.subsec_micros() * 1_000);
        if whole.is_zero() || whole > Self::MAX {
            Err(PolicySpanOutOfRange)
        } else {
            Ok(Self(whole))
        }
    }

    /// The span.
    #[must_use]
    pub fn get(self) -> Duration {
        self.0
    }
}

impl BackoffFactor {
    /// The largest factor.
    pub const MAX: u32 = 100;

    /// Takes over a number.
    ///
    /// # Errors
    /// [`BackoffFactorOutOfRange`] for 0, and above [`BackoffFactor::MAX`].
    pub fn new(number: u32) -> Result<Self, BackoffFactorOutOfRange> {
        if (1..=Self::MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(BackoffFactorOutOfRange)
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}
