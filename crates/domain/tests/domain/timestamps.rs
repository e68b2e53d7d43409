//! Moments, in and out.

use std::time::Duration;

use proptest::prelude::*;
use unlockd_domain::{Timestamp, TimestampOutOfRange};

use crate::{at, cases};

const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_300_799_999_999;

fn moment() -> impl Strategy<Value = Timestamp> {
    // Whole seconds and whole milliseconds are written shorter.
    let unit = prop::sample::select(vec![1, 1_000, 1_000_000]);
    (FIRST..=LAST, unit).prop_map(|(microseconds, unit)| {
        Timestamp::from_unix_microseconds(microseconds.div_euclid(unit) * unit).unwrap_or(Timestamp::UNIX_EPOCH)
    })
}

#[test]
fn a_moment_is_written_in_utc_with_0_3_or_6_digits() {
    let moments = [
        ("2024-06-25T13:35:39Z", "2024-06-25T13:35:39Z"),
        ("2024-06-25T13:35:39.1Z", "2024-06-25T13:35:39.100Z"),
        ("2024-06-25T13:35:39.148Z", "2024-06-25T13:35:39.148Z"),
        ("2024-06-25T13:35:39.148123Z", "2024-06-25T13:35:39.148123Z"),
        ("2024-06-25T13:35:39.000001Z", "2024-06-25T13:35:39.000001Z"),
        ("2024-06-25T13:35:39.148123999Z", "2024-06-25T13:35:39.148123Z"),
        ("2024-06-25T15:35:39+02:00", "2024-06-25T13:35:39Z"),
        ("2024-06-25T00:35:39-23:59", "2024-06-26T00:34:39Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
    ];
    for (read, written) in moments {
        assert_eq!(at(read).to_string(), written, "{read}");
    }
}

#[test]
fn what_is_no_time_or_beyond_the_years_1_to_9999_is_refused() {
    let refused = [
        "",
        "now",
        "2024-06-25",
        "2024-06-25T13:35:39",
        "2024-06-31T00:00:00Z",
        "2024-06-25T24:00:00Z",
        "2024-06-25T13:35:39Z ",
        "2024-06-25 13:35:39Z",
        "2024-06-25_13:35:39Z",
        "2024-06-25é13:35:39Z",
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
    ];
    for text in refused {
        assert_eq!(Timestamp::parse_rfc3339(text), Err(TimestampOutOfRange), "{text:?}");
    }
}

#[test]
fn microseconds_reach_from_year_1_to_year_9999() {
    for (microseconds, text) in [
        (FIRST, "0001-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (0, "1970-01-01T00:00:00Z"),
        (LAST, "9999-12-31T23:59:59.999999Z"),
    ] {
        let moment = Timestamp::from_unix_microseconds(microseconds).unwrap();
        assert_eq!(moment.to_string(), text);
        assert_eq!(moment.unix_microseconds(), microseconds);
    }
    for beyond in [FIRST - 1, LAST + 1, i64::MIN, i64::MAX] {
        assert_eq!(Timestamp::from_unix_microseconds(beyond), Err(TimestampOutOfRange));
    }
}

#[test]
fn nanoseconds_lie_within_one_second() {
    let moment = Timestamp::from_unix_seconds_and_nanos(-1, 999_999_999).unwrap();
    assert_eq!(moment.to_string(), "1969-12-31T23:59:59.999999Z");
    for (seconds, nanos) in [
        (0, -1),
        (0, 1_000_000_000),
        (i64::MAX, 0),
        (i64::MIN, 0),
        (253_402_300_800, 0),
        (-62_135_596_801, 999_999_999),
    ] {
        let refused = Timestamp::from_unix_seconds_and_nanos(seconds, nanos);
        assert_eq!(refused, Err(TimestampOutOfRange), "{seconds} {nanos}");
    }
}

#[test]
fn time_does_not_go_beyond_the_last_moment() {
    let nearly = at("9999-12-31T23:59:59Z");
    assert_eq!(nearly.saturating_add(Duration::from_micros(999_999)), Timestamp::MAX);
    for span in [Duration::from_secs(1), Duration::MAX] {
        assert_eq!(nearly.saturating_add(span), Timestamp::MAX);
    }
    let next_day = at("2024-02-28T23:59:59.5Z").saturating_add(Duration::from_millis(500));
    assert_eq!(next_day, at("2024-02-29T00:00:00Z"));
}

#[test]
fn time_does_not_go_behind_the_first_moment() {
    let first = at("0001-01-01T00:00:00Z");
    let nearly = at("0001-01-01T00:00:01Z");
    assert_eq!(nearly.saturating_sub(Duration::from_secs(1)), first);
    for span in [Duration::from_micros(1_000_001), Duration::MAX] {
        assert_eq!(nearly.saturating_sub(span), first);
    }
    assert_eq!(
        at("2024-03-01T00:00:00Z").saturating_sub(Duration::from_micros(1)),
        at("2024-02-29T23:59:59.999999Z")
    );
}

#[test]
fn from_a_later_moment_to_an_earlier_one_is_no_time_at_all() {
    let (earlier, later) = (at("2024-06-25T13:35:39Z"), at("2024-06-25T13:35:39.5Z"));
    assert_eq!(later.saturating_duration_since(earlier), Duration::from_millis(500));
    for moment in [later, Timestamp::MAX] {
        assert_eq!(earlier.saturating_duration_since(moment), Duration::ZERO);
    }
    assert_eq!(earlier.saturating_duration_since(earlier), Duration::ZERO);
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn what_is_written_is_read_back(moment in moment()) {
        prop_assert_eq!(Timestamp::parse_rfc3339(&moment.to_string()), Ok(moment));
        prop_assert_eq!(Timestamp::from_unix_microseconds(moment.unix_microseconds()), Ok(moment));
        prop_assert_eq!(Timestamp::from_date_time(moment.date_time()), Ok(moment));
    }

    #[test]
    fn moments_are_in_the_order_of_their_microseconds(one in moment(), other in moment()) {
        prop_assert_eq!(one.cmp(&other), one.unix_microseconds().cmp(&other.unix_microseconds()));
    }
}
