use serde::Serialize;

use super::Facts;
use super::figures::median;
use super::sample::Sample;
use super::samples::Samples;
use super::subject::Reference;
use crate::database::Verification;
use crate::options::StoreKind;

/// Everything about one store.
#[derive(Debug, Serialize)]
pub(crate) struct StoreReport {
    #[serde(skip)]
    pub(crate) kind: StoreKind,
    pub(crate) store: &'static str,
    pub(crate) settings: Facts,
    pub(crate) users: u32,
    pub(crate) references: Vec<Reference>,
    pub(crate) samples: Samples,
    /// Requests a second that were due in the open loop.
    pub(crate) open_loop_rate: Option<f64>,
    pub(crate) growth: Vec<Growth>,
    pub(crate) memory: Option<Memory>,
    pub(crate) start_up: Option<StartUp>,
    pub(crate) hash_cost: Option<HashCost>,
    pub(crate) verification: Verification,
}

/// Changes over JSON with so many users.
#[derive(Debug, Serialize)]
pub(crate) struct Growth {
    pub(crate) users: u32,
    pub(crate) connections: u16,
    pub(crate) rounds: Vec<Sample>,
}

/// Resident memory of the server.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Memory {
    pub(crate) connections: u16,
    pub(crate) idle_bytes: u64,
    /// The most while so many clients were busy.
    pub(crate) busy_bytes: u64,
}

/// From the start of the process to its line that it listens.
#[derive(Debug, Serialize)]
pub(crate) struct StartUp {
    pub(crate) median_ms: f64,
    pub(crate) times_ms: Vec<f64>,
}

/// How long one password hash takes.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct HashCost {
    pub(crate) default_ms: f64,
    /// With the parameters that signing in is measured with.
    pub(crate) least_ms: f64,
}

impl StoreReport {
    /// Nothing is measured yet.
    pub(crate) fn new(kind: StoreKind, settings: Facts, users: u32) -> Self {
        Self {
            kind,
            store: kind.name(),
            settings,
            users,
            references: Vec::new(),
            samples: Samples::default(),
            open_loop_rate: None,
            growth: Vec::new(),
            memory: None,
            start_up: None,
            hash_cost: None,
            verification: Verification::default(),
        }
    }

    /// The median over the rounds of how much is made with so many users, by how much with so few.
    pub(crate) fn growth_ratio(&self, users: u32, fewest: u32) -> Option<f64> {
        let rounds = |users| {
            let size = self.growth.iter().find(|size| size.users == users)?;
            Some(size.rounds.iter().map(|sample| sample.per_second))
        };
        median(rounds(users)?.zip(rounds(fewest)?).map(|(many, few)| many / few))
    }
}

impl Growth {
    pub(crate) fn of(users: u32, connections: u16) -> Self {
        Self {
            users,
            connections,
            rounds: Vec::new(),
        }
    }
}
