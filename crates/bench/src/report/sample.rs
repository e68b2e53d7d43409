use std::fmt;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::figures::{figure, real};
use crate::cpu::CpuSeconds;
use crate::load::LoadOutcome;

/// One measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    /// How many that is made of.
    pub(crate) counted: u64,
    pub(crate) latency_ms: Latency,
    /// Seconds of processor time for 1,000 of them.
    pub(crate) cpu_seconds_for_1000: CpuSeconds,
    pub(crate) errors: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_error: Option<String>,
}

/// How long it took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Latency {
    pub(crate) median: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

impl Latency {
    fn of(microseconds: &Histogram<u64>) -> Self {
        let at = |quantile| real(microseconds.value_at_quantile(quantile)) / 1e3;
        Self {
            median: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: real(microseconds.max()) / 1e3,
        }
    }
}

impl Sample {
    pub(crate) fn of(outcome: &LoadOutcome) -> Self {
        Self {
            per_second: real(outcome.counted) / outcome.seconds,
            counted: outcome.counted,
            latency_ms: Latency::of(&outcome.tally.latencies),
            cpu_seconds_for_1000: outcome.cpu.for_each(real(outcome.counted) / 1_000.0),
            errors: outcome.tally.errors,
            first_error: outcome.tally.first_error.clone(),
        }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, p99) = (figure(self.latency_ms.median), figure(self.latency_ms.p99));
        write!(
            f,
            "{} a second, median {median} ms, p99 {p99} ms",
            figure(self.per_second)
        )?;
        match &self.first_error {
            Some(error) => write!(f, ", {} errors such as {error}", self.errors),
            None => Ok(()),
        }
    }
}
