use std::fmt;

use thiserror::Error;

/// The place of an event among the events of all users. Positions rise; not every one is taken. Position 0 is before all
/// events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(u64);

/// The number is larger than the databases' signed 64-bit integers hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a number from 0 to {}", i64::MAX)]
pub struct PositionOutOfRange;

impl Position {
    /// Before all events.
    pub const START: Self = Self(0);

    /// Behind all events: `i64::MAX`.
    pub const END: Self = Self(i64::MAX.cast_unsigned());

    /// Takes over a number.
    ///
    /// # Errors
    /// [`PositionOutOfRange`] for numbers above `i64::MAX`.
    pub fn new(number: u64) -> Result<Self, PositionOutOfRange> {
        if number <= Self::END.0 {
            Ok(Self(number))
        } else {
            Err(PositionOutOfRange)
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The position in front of this one; none is in front of the start.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The number as the databases hold it.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0.cast_signed()
    }
}

impl TryFrom<i64> for Position {
    type Error = PositionOutOfRange;

    fn try_from(number: i64) -> Result<Self, PositionOutOfRange> {
        Self::new(u64::try_from(number).map_err(|_| PositionOutOfRange)?)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
