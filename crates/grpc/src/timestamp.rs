use prost_types::Timestamp as Proto;
use unlockd_domain::{Timestamp, TimestampOutOfRange};

/// The moment of a message; what is finer than a microsecond is cut off.
///
/// # Errors
/// [`TimestampOutOfRange`] outside of the years 1 to 9999, or for nanoseconds that are not within one second.
pub(crate) fn parse(timestamp: Proto) -> Result<Timestamp, TimestampOutOfRange> {
    Timestamp::from_unix_seconds_and_nanos(timestamp.seconds, timestamp.nanos)
}

/// A moment for a message.
pub(crate) fn to_proto(timestamp: Timestamp) -> Proto {
    let moment = timestamp.date_time();
    Proto {
        seconds: moment.unix_timestamp(),
        nanos: moment.nanosecond().cast_signed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_as_they_went_also_before_1970() {
        for seconds in [0, -62_135_596_800, -1, 253_402_300_799] {
            let proto = Proto {
                seconds,
                nanos: 999_999_000,
            };
            assert_eq!(parse(proto).map(to_proto), Ok(proto));
        }
    }

    #[test]
    fn what_is_outside_of_the_years_1_to_9999_is_refused() {
        for (seconds, nanos) in [
            (-62_135_596_801, 0),
            (253_402_300_800, 0),
            (0, -1),
            (0, 1_000_000_000),
            (i64::MAX, 0),
        ] {
            assert_eq!(
                parse(Proto { seconds, nanos }),
                Err(TimestampOutOfRange),
                "{seconds} {nanos}"
            );
        }
    }
}
