use unlockd_application::ports::Clock;
use unlockd_domain::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that owns the wall clock")]
    fn now(&self) -> Timestamp {
        // A clock set before the year 1 or after 9999 is not worth a failure of every request.
        Timestamp::from_date_time(time::OffsetDateTime::now_utc()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
