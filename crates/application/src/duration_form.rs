use std::time::Duration;

use thiserror::Error;

/// A `google.protobuf.Duration` as a wire brings it.
pub type DurationForm = Result<Duration, MalformedDuration>;

/// The text or the parts are no duration that is not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a duration in seconds that is not negative, like \"900s\" or \"1.5s\"")]
pub struct MalformedDuration;

/// The longest `google.protobuf.Duration`.
const MAX_SECONDS: u64 = 315_576_000_000;
const NANOS_DIGITS: usize = 9;

/// The duration of a message.
///
/// # Errors
/// [`MalformedDuration`] for one that is negative, longer than protobuf allows, or has nanoseconds beyond a second.
pub fn duration_from_parts(seconds: i64, nanos: i32) -> DurationForm {
    let seconds = u64::try_from(seconds).map_err(|_| MalformedDuration)?;
    let nanos = u32::try_from(nanos).map_err(|_| MalformedDuration)?;
    if seconds > MAX_SECONDS || nanos >= 1_000_000_000 {
        return Err(MalformedDuration);
    }
    Ok(Duration::new(seconds, nanos))
}

/// The duration that protobuf's JSON form says: seconds with up to nine digits behind the point, then `s`.
///
/// # Errors
/// [`MalformedDuration`] for another text, and as for [`duration_from_parts`].
pub fn duration_from_text(text: &str) -> DurationForm {
    let number = text.strip_suffix('s').ok_or(MalformedDuration)?;
    let (seconds, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(seconds) || !is_number(fraction) || fraction.len() > NANOS_DIGITS {
        return Err(MalformedDuration);
    }
    let seconds = seconds.parse().map_err(|_| MalformedDuration)?;
    let nanos = format!("{fraction:0<NANOS_DIGITS$}")
        .parse()
        .map_err(|_| MalformedDuration)?;
    duration_from_parts(seconds, nanos)
}

/// protobuf's JSON form of a duration: 0, 3, 6 or 9 digits behind the point.
#[must_use]
pub fn duration_text(duration: Duration) -> String {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    match nanos {
        0 => format!("{seconds}s"),
        nanos if nanos % 1_000_000 == 0 => format!("{seconds}.{:03}s", nanos / 1_000_000),
        nanos if nanos % 1_000 == 0 => format!("{seconds}.{:06}s", nanos / 1_000),
        nanos => format!("{seconds}.{nanos:09}s"),
    }
}
