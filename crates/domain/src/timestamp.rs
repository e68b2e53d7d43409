use std::fmt;
use std::time::Duration;

use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{OffsetDateTime, UtcOffset};

/// A moment in UTC, in whole microseconds, within the years 1 to 9999 (what `google.protobuf.Timestamp` and RFC 3339 can say).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

/// The moment lies before the year 1 or after the year 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an RFC 3339 time within the years 1 to 9999")]
pub struct TimestampOutOfRange;

const EARLIEST: OffsetDateTime = datetime!(0001-01-01 00:00:00 UTC);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(OffsetDateTime::UNIX_EPOCH);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self(datetime!(9999-12-31 23:59:59.999999 UTC));

    /// Takes over a moment; what is finer than a microsecond is cut off.
    ///
    /// # Errors
    /// [`TimestampOutOfRange`] outside of the years 1 to 9999.
    pub fn from_date_time(moment: OffsetDateTime) -> Result<Self, TimestampOutOfRange> {
        let moment = moment.checked_to_offset(UtcOffset::UTC).ok_or(TimestampOutOfRange)?;
        let whole = moment
            .replace_microsecond(moment.microsecond())
            .map_err(|_| TimestampOutOfRange)?;
        if whole < EARLIEST || whole > Self::MAX.0 {
            Err(TimestampOutOfRange)
        } else {
            Ok(Self(whole))
        }
    }

    /// Takes over microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`TimestampOutOfRange`] outside of the years 1 to 9999.
    pub fn from_unix_microseconds(microseconds: i64) -> Result<Self, TimestampOutOfRange> {
        let nanoseconds = i128::from(microseconds) * 1_000;
        let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(|_| TimestampOutOfRange)?;
        Self::from_date_time(moment)
    }

    /// Takes over seconds and nanoseconds since 1970-01-01T00:00:00Z, the form of `google.protobuf.Timestamp`.
    ///
    /// # Errors
    /// [`TimestampOutOfRange`] outside of the years 1 to 9999, or when the nanoseconds are not within one second.
    pub fn from_unix_seconds_and_nanos(seconds: i64, nanos: i32) -> Result<Self, TimestampOutOfRange> {
        let moment = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| TimestampOutOfRange)?;
        let nanos = u32::try_from(nanos).map_err(|_| TimestampOutOfRange)?;
        Self::from_date_time(moment.replace_nanosecond(nanos).map_err(|_| TimestampOutOfRange)?)
    }

    /// Reads a time in the form of RFC 3339, with any offset, and with a `T` before the time of day, as protobuf's JSON asks.
    ///
    /// # Errors
    /// [`TimestampOutOfRange`] when the text is of another form, or outside of the years 1 to 9999.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimestampOutOfRange> {
        // The parser takes any character here.
        if !matches!(text.as_bytes().get("yyyy-mm-dd".len()), Some(b'T' | b't')) {
            return Err(TimestampOutOfRange);
        }
        Self::from_date_time(OffsetDateTime::parse(text, &Rfc3339).map_err(|_| TimestampOutOfRange)?)
    }

    /// The moment as the `time` crate has it, in UTC.
    #[must_use]
    pub fn date_time(self) -> OffsetDateTime {
        self.0
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_microseconds(self) -> i64 {
        self.0.unix_timestamp() * 1_000_000 + i64::from(self.0.microsecond())
    }

    /// This moment moved back by a span; the beginning of the year 1 when that lies before it.
    #[must_use]
    pub fn saturating_sub(self, span: Duration) -> Self {
        time::Duration::try_from(span)
            .ok()
            .and_then(|span| self.0.checked_sub(span))
            .and_then(|moment| Self::from_date_time(moment).ok())
            .unwrap_or(Self(EARLIEST))
    }

    /// The span from an earlier moment to this one; none at all when it is no earlier one.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0 - earlier.0).unwrap_or_default()
    }

    /// This moment moved on by a span; [`Timestamp::MAX`] when that lies beyond it.
    #[must_use]
    pub fn saturating_add(self, span: Duration) -> Self {
        time::Duration::try_from(span)
            .ok()
            .and_then(|span| self.0.checked_add(span))
            .and_then(|moment| Self::from_date_time(moment).ok())
            .unwrap_or(Self::MAX)
    }
}

/// RFC 3339 in UTC with `Z` and 0, 3 or 6 digits of a second: the JSON form of `google.protobuf.Timestamp`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, clock) = (self.0.date(), self.0.time());
        let (hour, minute, second, microsecond) = clock.as_hms_micro();
        write!(
            f,
            "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        )?;
        match microsecond {
            0 => {}
            thousands if thousands % 1_000 == 0 => write!(f, ".{:03}", thousands / 1_000)?,
            microseconds => write!(f, ".{microseconds:06}")?,
        }
        f.write_str("Z")
    }
}
