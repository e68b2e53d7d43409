//! Spans in the forms of protobuf.

use std::time::Duration;

use proptest::prelude::*;
use unlockd_application::{MalformedDuration, duration_from_parts, duration_from_text, duration_text};

/// 10,000 years (`google.protobuf.Duration`).
const LONGEST: Duration = Duration::from_hours(87_660_000);

#[test]
fn a_span_is_written_in_seconds_with_0_3_6_or_9_digits() {
    for (span, text) in [
        (Duration::ZERO, "0s"),
        (Duration::from_mins(15), "900s"),
        (Duration::from_millis(1_500), "1.500s"),
        (Duration::from_micros(1), "0.000001s"),
        (Duration::from_nanos(1), "0.000000001s"),
        (Duration::from_nanos(1_000_000_010), "1.000000010s"),
    ] {
        assert_eq!(duration_text(span), text);
        assert_eq!(duration_from_text(text), Ok(span));
    }
}

#[test]
fn a_span_is_read_with_up_to_nine_digits_behind_the_point() {
    for (text, span) in [
        ("1.5s", Duration::from_millis(1_500)),
        ("0.1s", Duration::from_millis(100)),
        ("007s", Duration::from_secs(7)),
        ("1.000000001s", Duration::new(1, 1)),
        ("315576000000s", LONGEST),
    ] {
        assert_eq!(duration_from_text(text), Ok(span), "{text}");
    }
}

#[test]
fn what_is_no_span_is_refused() {
    for text in [
        "",
        "s",
        "1",
        "1 s",
        " 1s",
        "1s ",
        "-1s",
        "+1s",
        "1.s",
        ".5s",
        "1.0000000001s",
        "1,5s",
        "1e3s",
        "1.5.5s",
        "15m",
        "1h",
        "٣s",
        "315576000001s",
        "99999999999999999999s",
        "1.-5s",
        "NaNs",
    ] {
        assert_eq!(duration_from_text(text), Err(MalformedDuration), "{text}");
    }
}

#[test]
fn the_parts_of_a_span_are_not_negative_and_within_protobufs_bounds() {
    assert_eq!(duration_from_parts(1, 999_999_999), Ok(Duration::new(1, 999_999_999)));
    assert_eq!(duration_from_parts(315_576_000_000, 0), Ok(LONGEST));
    for (seconds, nanos) in [
        (-1, 0),
        (0, -1),
        (0, 1_000_000_000),
        (315_576_000_001, 0),
        (i64::MAX, 0),
        (i64::MIN, i32::MIN),
    ] {
        assert_eq!(
            duration_from_parts(seconds, nanos),
            Err(MalformedDuration),
            "{seconds} {nanos}"
        );
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(seconds in 0..=315_576_000_000_u64, nanos in 0..1_000_000_000_u32) {
        let span = Duration::new(seconds, nanos);
        prop_assert_eq!(duration_from_text(&duration_text(span)), Ok(span));
    }

    #[test]
    fn no_text_breaks_the_reading(text in ".{0,30}") {
        let _ = duration_from_text(&text);
    }
}
