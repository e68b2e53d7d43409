use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The time that a failed sign-in takes. What differs between names, such as reading a user, takes fractions of a millisecond, and
/// is not seen in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FailureDelay {
    /// Answers come no earlier.
    floor: Duration,
    /// A random time up to this one follows, for sign-ins that take longer than the floor.
    spread: Duration,
}

impl FailureDelay {
    /// Longer than hashing with the parameters of the default takes.
    pub(super) const DEFAULT: Self = Self {
        floor: Duration::from_millis(50),
        spread: Duration::from_millis(20),
    };
    /// No delay.
    pub(super) const NONE: Self = Self {
        floor: Duration::ZERO,
        spread: Duration::ZERO,
    };

    /// Waits until a failed sign-in that began at this moment is to be answered.
    pub(super) async fn wait(self, began: Instant) {
        if self == Self::NONE {
            return;
        }
        let floor = Instant::now().max(began + self.floor);
        sleep_until(floor + self.spread.mul_f64(random_fraction())).await;
    }
}

/// From 0 to 1. The keys of `RandomState` are random, and differ for each one.
fn random_fraction() -> f64 {
    let [high, low, ..] = RandomState::new().hash_one(()).to_be_bytes();
    f64::from(u16::from_be_bytes([high, low])) / f64::from(u16::MAX)
}
