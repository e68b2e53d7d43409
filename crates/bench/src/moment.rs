use std::time::SystemTime;

use time::OffsetDateTime;

/// What time it is.
#[expect(
    clippy::disallowed_methods,
    reason = "reports are dated, and nothing is decided by it"
)]
pub(crate) fn now() -> OffsetDateTime {
    SystemTime::now().into()
}

/// Microseconds since 1970, as SQLite's tables have them.
pub(crate) fn unix_microseconds() -> i64 {
    i64::try_from(now().unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}
