//! What was found, for programs and for people.

mod faults;
mod figures;
pub(crate) mod machine;
mod markdown;
mod ratios;
mod sample;
mod samples;
mod store_report;
mod subject;
mod targets;

use serde::Serialize;

pub(crate) use self::figures::{median, milliseconds};
pub(crate) use self::sample::Sample;
pub(crate) use self::samples::Samples;
pub(crate) use self::store_report::{Growth, HashCost, Memory, StartUp, StoreReport};
pub(crate) use self::subject::{Reference, Subject};
use self::targets::Target;

/// What is said about surroundings: names and values, in their order.
pub(crate) type Facts = Vec<(String, String)>;

/// Everything.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Facts,
    pub(crate) plan: Facts,
    pub(crate) stores: Vec<StoreReport>,
    pub(crate) targets: Vec<Target>,
}

impl Report {
    pub(crate) fn new(machine: Facts, plan: Facts, stores: Vec<StoreReport>) -> Self {
        Self {
            machine,
            plan,
            targets: targets::of(&stores),
            stores,
        }
    }
}
