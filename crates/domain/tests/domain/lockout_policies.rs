//! What a lockout policy may say, and for how long it locks.

use std::time::Duration;

use unlockd_domain::{
    AttemptLimit, AttemptLimitOutOfRange, BackoffFactor, BackoffFactorOutOfRange, LockoutPolicy, PolicySpan,
    PolicySpanOutOfRange,
};

const MICROSECOND: Duration = Duration::from_micros(1);

fn span(seconds: u64) -> PolicySpan {
    PolicySpan::new(Duration::from_secs(seconds)).unwrap()
}

fn locking_for(first: Option<PolicySpan>, factor: u32, longest: PolicySpan) -> LockoutPolicy {
    LockoutPolicy {
        lock_duration: first,
        backoff_factor: BackoffFactor::new(factor).unwrap(),
        max_lock_duration: longest,
        ..LockoutPolicy::DEFAULT
    }
}

/// How many seconds each of the first locks lasts.
fn seconds(policy: &LockoutPolicy, locks: u32) -> Vec<u64> {
    (0..locks)
        .map(|before| policy.lock_span(before).unwrap().as_secs())
        .collect()
}

#[test]
fn by_default_ten_attempts_within_an_hour_lock_for_a_quarter_of_an_hour() {
    let policy = LockoutPolicy::default();
    assert_eq!(policy, LockoutPolicy::DEFAULT);
    assert_eq!(policy.max_password_attempts.limit(), Some(10));
    assert_eq!(policy.attempt_window, span(3_600));
    assert_eq!(policy.lock_duration, Some(span(900)));
    assert_eq!(policy.backoff_factor.get(), 2);
    assert_eq!(policy.max_lock_duration, span(86_400));
    assert!(!policy.reveal_lock);
    assert_eq!((policy.source_attempts, policy.source_limit()), (None, Some(10)));
    assert_eq!(policy.source_window, span(86_400));
}

#[test]
fn each_further_lock_lasts_longer_up_to_the_longest() {
    let doubling = LockoutPolicy::DEFAULT;
    let minutes: Vec<_> = seconds(&doubling, 9).iter().map(|span| span / 60).collect();
    assert_eq!(minutes, [15, 30, 60, 120, 240, 480, 960, 1_440, 1_440]);
    let tenfold = locking_for(Some(span(1)), 10, span(5_000));
    assert_eq!(seconds(&tenfold, 6), [1, 10, 100, 1_000, 5_000, 5_000]);
}

#[test]
fn with_a_factor_of_one_all_locks_last_equally_long() {
    let constant = locking_for(Some(span(7)), 1, span(5_000));
    assert_eq!(seconds(&constant, 4), [7; 4]);
    assert_eq!(constant.lock_span(u32::MAX), Some(Duration::from_secs(7)));
}

#[test]
fn no_lock_is_longer_than_the_longest_be_it_the_first() {
    let capped = locking_for(Some(span(900)), 2, span(60));
    assert_eq!(seconds(&capped, 3), [60; 3]);
}

#[test]
fn a_lock_without_a_duration_lasts_until_somebody_unlocks() {
    let endless = locking_for(None, 2, span(60));
    for before in [0, 1, u32::MAX] {
        assert_eq!(endless.lock_span(before), None);
    }
}

#[test]
fn the_longest_policy_after_the_most_locks_can_be_computed() {
    let longest = PolicySpan::new(PolicySpan::MAX).unwrap();
    let extreme = locking_for(Some(longest), BackoffFactor::MAX, longest);
    for before in [0, 1, 2, 5, 31, 32, 33, u32::MAX] {
        assert_eq!(extreme.lock_span(before), Some(PolicySpan::MAX), "{before}");
    }
    let shortest = PolicySpan::new(MICROSECOND).unwrap();
    let growing = locking_for(Some(shortest), 2, longest);
    for (before, span) in [
        (0, MICROSECOND),
        (10, MICROSECOND * 1_024),
        (31, MICROSECOND * (1 << 31)),
    ] {
        assert_eq!(growing.lock_span(before), Some(span), "{before}");
    }
}

#[test]
fn a_source_may_fail_as_often_as_a_user_unless_it_is_said_otherwise() {
    let limits = |user, source: Option<u32>| {
        let policy = LockoutPolicy {
            max_password_attempts: AttemptLimit::new(user).unwrap(),
            source_attempts: source.map(|number| AttemptLimit::new(number).unwrap()),
            ..LockoutPolicy::DEFAULT
        };
        (policy.max_password_attempts.limit(), policy.source_limit())
    };
    assert_eq!(limits(3, None), (Some(3), Some(3)));
    assert_eq!(limits(3, Some(50)), (Some(3), Some(50)));
    assert_eq!(limits(3, Some(0)), (Some(3), None));
    assert_eq!(limits(0, None), (None, None));
    assert_eq!(limits(0, Some(5)), (None, Some(5)));
}

#[test]
fn up_to_100_attempts_may_fail_and_0_stands_for_any_number() {
    for number in [0, 1, 99, 100] {
        assert_eq!(AttemptLimit::new(number).map(AttemptLimit::get), Ok(number));
    }
    for number in [101, u32::MAX] {
        assert_eq!(AttemptLimit::new(number), Err(AttemptLimitOutOfRange));
    }
    assert_eq!(AttemptLimitOutOfRange.to_string(), "must be a number from 0 to 100");
}

#[test]
fn a_further_lock_may_be_1_to_100_times_as_long() {
    for number in [1, 2, 100] {
        assert_eq!(BackoffFactor::new(number).map(BackoffFactor::get), Ok(number));
    }
    for number in [0, 101, u32::MAX] {
        assert_eq!(BackoffFactor::new(number), Err(BackoffFactorOutOfRange));
    }
    assert_eq!(BackoffFactorOutOfRange.to_string(), "must be a number from 1 to 100");
}

#[test]
fn a_span_is_1_microsecond_to_10_years_in_whole_microseconds() {
    assert_eq!(PolicySpan::MAX, Duration::from_hours(24 * 3_650));
    for accepted in [MICROSECOND, Duration::from_millis(1_500), PolicySpan::MAX] {
        assert_eq!(PolicySpan::new(accepted).map(PolicySpan::get), Ok(accepted));
    }
    for refused in [
        Duration::ZERO,
        Duration::from_nanos(999),
        PolicySpan::MAX + MICROSECOND,
        Duration::MAX,
    ] {
        assert_eq!(PolicySpan::new(refused), Err(PolicySpanOutOfRange), "{refused:?}");
    }
    for cut in [
        MICROSECOND + Duration::from_nanos(999),
        PolicySpan::MAX + Duration::from_nanos(999),
    ] {
        let whole = PolicySpan::new(cut).unwrap().get();
        assert_eq!(cut.saturating_sub(whole), Duration::from_nanos(999));
    }
    assert_eq!(
        PolicySpanOutOfRange.to_string(),
        "must be longer than 0 and at most 315360000 seconds"
    );
}
