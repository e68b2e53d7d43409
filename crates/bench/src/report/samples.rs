use std::collections::BTreeMap;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::figures::median;
use super::sample::Sample;
use super::subject::Subject;

/// What was measured, at how many connections, round by round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples {
    rounds: BTreeMap<(Subject, u16), Vec<Sample>>,
}

impl Samples {
    pub(crate) fn add(&mut self, subject: Subject, connections: u16, sample: Sample) {
        self.rounds.entry((subject, connections)).or_default().push(sample);
    }

    /// One after the other.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Subject, u16, &[Sample])> {
        let entries = self.rounds.iter();
        entries.map(|((subject, connections), rounds)| (*subject, *connections, rounds.as_slice()))
    }

    pub(crate) fn rounds(&self, subject: Subject, connections: u16) -> &[Sample] {
        self.rounds.get(&(subject, connections)).map_or(&[], Vec::as_slice)
    }

    /// The median of the rounds.
    pub(crate) fn per_second(&self, subject: Subject, connections: u16) -> Option<f64> {
        median(self.rounds(subject, connections).iter().map(|sample| sample.per_second))
    }
}

/// A list with an entry for each of them.
impl Serialize for Samples {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Entry<'a> {
            what: Subject,
            connections: u16,
            median_per_second: Option<f64>,
            rounds: &'a [Sample],
        }
        let mut sequence = serializer.serialize_seq(Some(self.rounds.len()))?;
        for (what, connections, rounds) in self.iter() {
            sequence.serialize_element(&Entry {
                what,
                connections,
                median_per_second: self.per_second(what, connections),
                rounds,
            })?;
        }
        sequence.end()
    }
}
