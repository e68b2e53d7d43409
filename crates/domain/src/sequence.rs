use std::fmt;
use std::num::NonZeroU64;

use thiserror::Error;

/// The number of an event in its user's history: 1, 2, 3 ... without gaps. A user's sequence is that of its last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(NonZeroU64);

/// The number is 0, or larger than the databases' signed 64-bit integers hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a sequence is a number from 1 to {}", i64::MAX)]
pub struct SequenceOutOfRange;

impl Sequence {
    /// The sequence of a user's first event.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The largest sequence: `i64::MAX`.
    pub const LAST: Self = Self(NonZeroU64::MIN.saturating_add(i64::MAX.cast_unsigned() - 1));

    /// Takes over a number.
    ///
    /// # Errors
    /// [`SequenceOutOfRange`] for 0 and for numbers above `i64::MAX`.
    pub fn new(number: u64) -> Result<Self, SequenceOutOfRange> {
        match NonZeroU64::new(number) {
            Some(number) if number <= Self::LAST.0 => Ok(Self(number)),
            _ => Err(SequenceOutOfRange),
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The number as the databases hold it.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0.get().cast_signed()
    }

    /// The sequence of the next event. The last sequence has none after it and stays: no history gets that long.
    #[must_use]
    pub fn next(self) -> Self {
        if self == Self::LAST {
            self
        } else {
            Self(self.0.saturating_add(1))
        }
    }

    /// The sequence of the event before this one; none before the first.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        NonZeroU64::new(self.0.get() - 1).map(Self)
    }
}

impl TryFrom<i64> for Sequence {
    type Error = SequenceOutOfRange;

    fn try_from(number: i64) -> Result<Self, SequenceOutOfRange> {
        Self::new(u64::try_from(number).map_err(|_| SequenceOutOfRange)?)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
