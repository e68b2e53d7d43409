//! Failed sign-ins of one source at all names.

use std::time::Duration;

use crate::lockout_policy::{LockoutPolicy, SourceTotal};
use crate::timestamp::Timestamp;

/// Failed sign-ins of one source at all names, within [`LockoutPolicy::source_total_window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceTotals {
    /// Number of names at which an attempt failed, without the name of the present attempt.
    pub other_names: u32,
    /// Number of failures.
    pub failures: u32,
    /// The time of the last failure.
    pub last_failed_at: Option<Timestamp>,
}

impl LockoutPolicy {
    /// Whether there is a limit for the totals of a source.
    #[must_use]
    pub fn limits_source_totals(&self) -> bool {
        self.max_source_names
            .limit()
            .or(self.max_source_failures.limit())
            .is_some()
    }

    /// The time before which a source may not make an attempt that would exceed its totals; none: it may make the attempt. Of a
    /// source that exceeds them, one attempt is let through in each interval of the window divided by the limit.
    #[must_use]
    pub fn slows_source_until(&self, totals: &SourceTotals, now: Timestamp) -> Option<Timestamp> {
        let window = self.source_total_window.get();
        let interval = |before: u32, limit: SourceTotal| -> Option<Duration> {
            let limit = limit.limit()?;
            (before >= limit).then(|| window / limit)
        };
        let by_names = interval(totals.other_names, self.max_source_names);
        let by_failures = interval(totals.failures, self.max_source_failures);
        let until = totals.last_failed_at?.saturating_add(by_names.max(by_failures)?);
        (now < until).then_some(until)
    }
}
