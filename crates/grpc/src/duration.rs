use std::time::Duration;

use prost_types::Duration as Proto;
use unlockd_application::{DurationForm, duration_from_parts};

/// The span of a message.
///
/// # Errors
/// [`unlockd_application::MalformedDuration`] when it is negative, too long, or has nanoseconds that are not within one second.
pub(crate) fn parse(Proto { seconds, nanos }: Proto) -> DurationForm {
    duration_from_parts(seconds, nanos)
}

/// A span for a message.
pub(crate) fn to_proto(span: Duration) -> Proto {
    Proto {
        seconds: span.as_secs().cast_signed(),
        nanos: span.subsec_nanos().cast_signed(),
    }
}

#[cfg(test)]
mod tests {
    use unlockd_application::MalformedDuration;

    use super::*;

    #[test]
    fn spans_come_back_as_they_went() {
        for (seconds, nanos) in [
            (0, 0),
            (0, 1),
            (900, 0),
            (1, 500_000_000),
            (315_576_000_000, 999_999_999),
        ] {
            let proto = Proto { seconds, nanos };
            assert_eq!(parse(proto).map(to_proto), Ok(proto));
        }
    }

    #[test]
    fn what_is_negative_or_longer_than_protobuf_allows_is_refused() {
        for (seconds, nanos) in [(-1, 0), (0, -1), (1, 1_000_000_000), (315_576_000_001, 0)] {
            assert_eq!(
                parse(Proto { seconds, nanos }),
                Err(MalformedDuration),
                "{seconds} {nanos}"
            );
        }
    }
}
