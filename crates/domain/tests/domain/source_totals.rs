use std::time::Duration;

use unlockd_domain::{LockoutPolicy, SourceTotal, SourceTotals, Timestamp};

fn minute(number: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add(Duration::from_mins(number))
}

fn totals(other_names: u32, failures: u32) -> SourceTotals {
    SourceTotals {
        other_names,
        failures,
        last_failed_at: Some(minute(0)),
    }
}

#[test]
fn a_source_within_its_totals_is_not_slowed() {
    let policy = LockoutPolicy::DEFAULT;
    for totals in [SourceTotals::default(), totals(29, 29), totals(0, 99), totals(29, 99)] {
        assert_eq!(policy.slows_source_until(&totals, minute(0)), None, "{totals:?}");
    }
}

#[test]
fn a_source_beyond_its_totals_makes_one_attempt_in_each_interval() {
    let policy = LockoutPolicy::DEFAULT;
    for (totals, seconds) in [(totals(30, 30), 120), (totals(0, 100), 36), (totals(30, 100), 120)] {
        let until = minute(0).saturating_add(Duration::from_secs(seconds));
        let before = until.saturating_sub(Duration::from_micros(1));
        assert_eq!(policy.slows_source_until(&totals, minute(0)), Some(until), "{totals:?}");
        assert_eq!(policy.slows_source_until(&totals, before), Some(until));
        assert_eq!(policy.slows_source_until(&totals, until), None);
    }
}

#[test]
fn without_a_limit_no_source_is_slowed() {
    let zero = SourceTotal::new(0).unwrap();
    let no_names = LockoutPolicy {
        max_source_names: zero,
        ..LockoutPolicy::DEFAULT
    };
    let no_limit = LockoutPolicy {
        max_source_failures: zero,
        ..no_names
    };
    assert!(no_names.limits_source_totals() && !no_limit.limits_source_totals());
    assert_eq!(no_names.slows_source_until(&totals(1_000, 99), minute(0)), None);
    assert_eq!(no_limit.slows_source_until(&totals(1_000, 1_000), minute(0)), None);
}
