use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use crate::Failure;
use crate::cpu::{CpuMeter, CpuSeconds};

/// What counts lies between two moments; what comes before warms up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start: Instant,
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
}

impl Window {
    /// Begins to warm up now.
    pub(crate) fn starting_now(warm_up: Duration, length: Duration) -> Self {
        let start = Instant::now();
        Self {
            start,
            begin: start + warm_up,
            end: start + warm_up + length,
        }
    }

    pub(crate) fn counts(&self, moment: Instant) -> bool {
        self.begin <= moment && moment < self.end
    }

    pub(crate) fn seconds(&self) -> f64 {
        (self.end - self.begin).as_secs_f64()
    }

    /// What is used up between the two moments.
    pub(crate) async fn watch(&self, meter: &CpuMeter) -> Result<CpuSeconds, Failure> {
        sleep_until(self.begin.into()).await;
        let before = meter.read()?;
        sleep_until(self.end.into()).await;
        Ok(meter.read()?.since(&before))
    }
}
