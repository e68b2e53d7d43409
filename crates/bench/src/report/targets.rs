//! What is to be reached, and what was.

use serde::Serialize;

use super::ratios::{median_latency, per_second, to_reference};
use super::store_report::StoreReport;
use super::subject::{Reference, Subject};
use crate::options::StoreKind;

/// One line of the table of targets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) wanted: Wanted,
    pub(crate) unit: &'static str,
    /// None where it was not measured.
    pub(crate) measured: Option<f64>,
    pub(crate) is_reached: Option<bool>,
}

/// On which side of a number the figure is to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// The table of targets. The bare tables make the harder ones: bare SQL has less to do there.
pub(super) fn of(stores: &[StoreReport]) -> Vec<Target> {
    use Reference::{FiveStatementsBare, FiveStatementsSame, LoopBare, LoopSame, OneStatementBare, OneStatementSame};
    use Subject::{Grpc, Json};
    use Wanted::{AtLeast, AtMost};
    let postgres = stores.iter().find(|store| store.kind == StoreKind::Postgres);
    let sqlite = stores.iter().find(|store| store.kind == StoreKind::Sqlite);
    let rate = |store: Option<&StoreReport>, subject, reference| {
        to_reference(&store?.samples, (subject, 64), reference, per_second)
    };
    let latency = |reference| to_reference(&postgres?.samples, (Json, 1), reference, median_latency);
    let main = postgres.or(sqlite);
    let tail = main.and_then(tail_ratio);
    let growth = main.and_then(|store| store.growth_ratio(1_000_000, 10_000));
    let memory = main.and_then(|store| store.memory);
    let busy = memory.filter(|memory| memory.connections == 256);
    let mebibytes = |bytes| super::figures::real(bytes) / MEBIBYTE;
    let start_up = sqlite.and_then(|store| store.start_up.as_ref());
    vec![
        target(
            "JSON at 64, / pgbench, one statement, same tables",
            AtLeast(2.0),
            "",
            rate(postgres, Json, OneStatementSame),
        ),
        target(
            "JSON at 64, / pgbench, one statement, bare tables",
            AtLeast(2.0),
            "",
            rate(postgres, Json, OneStatementBare),
        ),
        target(
            "gRPC at 64, / pgbench, one statement, same tables",
            AtLeast(1.7),
            "",
            rate(postgres, Grpc, OneStatementSame),
        ),
        target(
            "gRPC at 64, / pgbench, one statement, bare tables",
            AtLeast(1.7),
            "",
            rate(postgres, Grpc, OneStatementBare),
        ),
        target(
            "JSON at 64, / pgbench, five statements, same tables",
            AtLeast(4.0),
            "",
            rate(postgres, Json, FiveStatementsSame),
        ),
        target(
            "JSON at 64, / pgbench, five statements, bare tables",
            AtLeast(4.0),
            "",
            rate(postgres, Json, FiveStatementsBare),
        ),
        target(
            "median latency of JSON at 1, / pgbench, one statement, same tables",
            AtMost(1.5),
            "",
            latency(OneStatementSame),
        ),
        target(
            "median latency of JSON at 1, / pgbench, one statement, bare tables",
            AtMost(1.5),
            "",
            latency(OneStatementBare),
        ),
        target("p99 at half of the saturated rate, / median", AtMost(6.0), "", tail),
        target("1,000,000 users, / 10,000", AtLeast(0.85), "", growth),
        target(
            "memory, idle",
            AtMost(25.0),
            "MiB",
            memory.map(|memory| mebibytes(memory.idle_bytes)),
        ),
        target(
            "memory, 256 busy connections",
            AtMost(64.0),
            "MiB",
            busy.map(|memory| mebibytes(memory.busy_bytes)),
        ),
        target(
            "start-up on an SQLite file",
            AtMost(100.0),
            "ms",
            start_up.map(|start_up| start_up.median_ms),
        ),
        target(
            "SQLite, JSON at 64, / loop, same tables",
            AtLeast(3.0),
            "",
            rate(sqlite, Json, LoopSame),
        ),
        target(
            "SQLite, JSON at 64, / loop, bare tables",
            AtLeast(3.0),
            "",
            rate(sqlite, Json, LoopBare),
        ),
    ]
}

fn target(name: &'static str, wanted: Wanted, unit: &'static str, measured: Option<f64>) -> Target {
    Target {
        name,
        wanted,
        unit,
        measured,
        is_reached: measured.map(|measured| match wanted {
            Wanted::AtLeast(least) => measured >= least,
            Wanted::AtMost(most) => measured <= most,
        }),
    }
}

/// The median over the rounds of the open loop.
fn tail_ratio(store: &StoreReport) -> Option<f64> {
    let rounds = store
        .samples
        .iter()
        .filter(|(subject, _, _)| *subject == Subject::OpenLoop);
    super::figures::median(
        rounds
            .flat_map(|(_, _, rounds)| rounds)
            .map(|sample| sample.latency_ms.p99 / sample.latency_ms.median),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_reached_on_its_side_of_the_number() {
        let is_reached = |wanted, measured| target("", wanted, "", measured).is_reached;

        assert_eq!(is_reached(Wanted::AtLeast(2.0), Some(2.0)), Some(true));
        assert_eq!(is_reached(Wanted::AtLeast(2.0), Some(1.9)), Some(false));
        assert_eq!(is_reached(Wanted::AtMost(100.0), Some(101.0)), Some(false));
        assert_eq!(is_reached(Wanted::AtMost(100.0), None), None);
    }
}
