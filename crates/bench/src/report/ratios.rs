//! What stood beside each other in one run, by each other.

use super::figures::median;
use super::sample::Sample;
use super::samples::Samples;
use super::subject::{Reference, Subject};

/// By which number two measurements are compared.
pub(super) type Figure = fn(&Sample) -> f64;

pub(super) fn per_second(sample: &Sample) -> f64 {
    sample.per_second
}

pub(super) fn median_latency(sample: &Sample) -> f64 {
    sample.latency_ms.median
}

/// The median over the rounds of what the two made in the same one. Figures of different rounds are not compared: the machine
/// may have been another one.
pub(super) fn to_reference(
    samples: &Samples,
    (subject, connections): (Subject, u16),
    reference: Reference,
    figure: Figure,
) -> Option<f64> {
    let its_connections = if reference.is_loop() { 1 } else { connections };
    let ours = samples.rounds(subject, connections).iter().map(figure);
    let theirs = samples
        .rounds(Subject::Reference(reference), its_connections)
        .iter()
        .map(figure);
    median(
        ours.zip(theirs)
            .filter(|(_, theirs)| *theirs > 0.0)
            .map(|(ours, theirs)| ours / theirs),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::CpuSeconds;
    use crate::report::sample::Latency;

    fn sample(per_second: f64, median: f64) -> Sample {
        Sample {
            per_second,
            counted: 1,
            latency_ms: Latency {
                median,
                p90: median,
                p99: median,
                p999: median,
                max: median,
            },
            cpu_seconds_for_1000: CpuSeconds {
                server: None,
                database: None,
                clients: None,
            },
            errors: 0,
            first_error: None,
        }
    }

    #[test]
    fn a_ratio_is_the_median_of_those_of_the_rounds() {
        let mut samples = Samples::default();
        for (ours, theirs) in [(20_000.0, 10_000.0), (10_000.0, 2_500.0), (9_000.0, 3_000.0)] {
            samples.add(Subject::Json, 64, sample(ours, 2.0));
            samples.add(Subject::Reference(Reference::OneStatementBare), 64, sample(theirs, 5.0));
        }
        let ratio = |figure| to_reference(&samples, (Subject::Json, 64), Reference::OneStatementBare, figure);

        assert_eq!(ratio(per_second), Some(3.0));
        assert_eq!(ratio(median_latency), Some(0.4));
    }

    #[test]
    fn a_loop_has_one_connection_whatever_it_is_compared_with() {
        let mut samples = Samples::default();
        samples.add(Subject::Json, 64, sample(900.0, 1.0));
        samples.add(Subject::Reference(Reference::LoopSame), 1, sample(300.0, 1.0));

        let ratio = to_reference(&samples, (Subject::Json, 64), Reference::LoopSame, per_second);
        assert_eq!(ratio, Some(3.0));
    }

    #[test]
    fn without_the_other_there_is_no_ratio() {
        let mut samples = Samples::default();
        samples.add(Subject::Json, 64, sample(900.0, 1.0));

        let ratio = to_reference(&samples, (Subject::Json, 64), Reference::LoopSame, per_second);
        assert_eq!(ratio, None);
    }
}
