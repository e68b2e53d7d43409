use unlockd_application::ports::Clock;
use unlockd_domain::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that owns the wall clock")]
    fn now(&self) -> Timestamp {
        // Nothing that expires may become valid again because a clock is set to a year that cannot be said.
        Timestamp::from_date_time(time::OffsetDateTime::now_utc()).unwrap_or(Timestamp::MAX)
    }
}
