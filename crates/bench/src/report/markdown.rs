//! Tables for people. They are Markdown, which a terminal shows well enough.

use std::fmt::Write;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use super::figures::{figure, median, real};
use super::ratios::{per_second, to_reference};
use super::sample::Sample;
use super::store_report::StoreReport;
use super::subject::Subject;
use super::targets::Wanted;
use super::{Facts, Report};

impl Report {
    /// Everything.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = String::from("# unlockd beside bare SQL\n");
        section(
            &mut text,
            "Where, and how",
            &facts(&[self.machine.as_slice(), &self.plan].concat()),
        );
        for store in &self.stores {
            section(
                &mut text,
                &format!("{}, {} users", store.store, figure(store.users.into())),
                &measured(store),
            );
            for (head, table) in [
                ("latency in the open loop", open_loop(store)),
                ("growth", growth(store)),
                ("beside that", single_figures(store)),
                ("settings", facts(&store.settings)),
            ] {
                section(&mut text, &format!("{}: {head}", store.store), &table);
            }
        }
        section(&mut text, "Targets", &self.targets_table());
        text
    }

    fn targets_table(&self) -> Table {
        let mut table = table(&["what", "target", "measured", "reached"]);
        for target in self.targets.iter().filter(|target| target.measured.is_some()) {
            let with_unit = |value: f64| format!("{} {}", figure(value), target.unit).trim_end().to_owned();
            table.add_row([
                target.name.to_owned(),
                match target.wanted {
                    Wanted::AtLeast(least) => format!("at least {}", with_unit(least)),
                    Wanted::AtMost(most) => format!("at most {}", with_unit(most)),
                },
                target.measured.map(with_unit).unwrap_or_default(),
                if target.is_reached == Some(true) { "yes" } else { "no" }.to_owned(),
            ]);
        }
        table
    }
}

/// Nothing is said where there is nothing to say.
fn section(text: &mut String, head: &str, table: &Table) {
    if !table.is_empty() {
        // Writing to a text does not fail.
        let _written = write!(text, "\n## {head}\n\n{table}\n");
    }
}

/// The first column is text, the others are figures.
fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(heads.to_vec());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn facts(facts: &[(String, String)]) -> Table {
    let mut table = table(&["what", "is"]);
    for (name, value) in facts {
        table.add_row([name, value]);
    }
    if let Some(values) = table.column_mut(1) {
        values.set_cell_alignment(CellAlignment::Left);
    }
    table
}

/// The table of tables: medians of the rounds.
fn measured(store: &StoreReport) -> Table {
    let mut heads = vec!["what", "connections", "per second", "median ms", "p99 ms"];
    heads.extend(store.references.iter().map(|reference| reference.short_name()));
    heads.extend(["CPU s/1000: server", "database", "clients", "errors"]);
    let mut table = table(&heads);
    for (subject, connections, rounds) in store.samples.iter() {
        let of = |value: fn(&Sample) -> Option<f64>| shown(median(rounds.iter().filter_map(value)));
        let mut cells = vec![
            subject.name().to_owned(),
            connections.to_string(),
            of(|sample| Some(sample.per_second)),
            of(|sample| Some(sample.latency_ms.median)),
            of(|sample| Some(sample.latency_ms.p99)),
        ];
        cells.extend(store.references.iter().map(|reference| {
            let ratio = to_reference(&store.samples, (subject, connections), *reference, per_second);
            shown(ratio.filter(|_| subject.has_ratios()))
        }));
        cells.extend([
            of(|sample| sample.cpu_seconds_for_1000.server),
            of(|sample| sample.cpu_seconds_for_1000.database),
            of(|sample| sample.cpu_seconds_for_1000.clients),
            rounds.iter().map(|sample| sample.errors).sum::<u64>().to_string(),
        ]);
        table.add_row(cells);
    }
    table
}

/// The latency of every round counts from the moment when a request was due.
fn open_loop(store: &StoreReport) -> Table {
    let mut table = table(&[
        "round",
        "due per second",
        "done per second",
        "median ms",
        "p90",
        "p99",
        "p99.9",
        "max",
        "p99 / median",
    ]);
    let rounds = store
        .samples
        .iter()
        .filter(|(subject, _, _)| *subject == Subject::OpenLoop);
    for (sample, round) in rounds.flat_map(|(_, _, rounds)| rounds).zip(1..) {
        let latency = sample.latency_ms;
        table.add_row([
            format!("{round}"),
            shown(store.open_loop_rate),
            figure(sample.per_second),
            figure(latency.median),
            figure(latency.p90),
            figure(latency.p99),
            figure(latency.p999),
            figure(latency.max),
            figure(latency.p99 / latency.median),
        ]);
    }
    table
}

fn growth(store: &StoreReport) -> Table {
    let mut table = table(&[
        "users",
        "connections",
        "per second",
        "median ms",
        "p99 ms",
        "/ the fewest",
    ]);
    let fewest = store.growth.first().map_or(0, |size| size.users);
    for size in &store.growth {
        let of = |value: fn(&Sample) -> f64| shown(median(size.rounds.iter().map(value)));
        table.add_row([
            figure(size.users.into()),
            size.connections.to_string(),
            of(|sample| sample.per_second),
            of(|sample| sample.latency_ms.median),
            of(|sample| sample.latency_ms.p99),
            shown(store.growth_ratio(size.users, fewest)),
        ]);
    }
    table
}

fn single_figures(store: &StoreReport) -> Table {
    const MEBIBYTE: f64 = 1024.0 * 1024.0;
    let mut lines: Facts = Vec::new();
    if let Some(memory) = store.memory {
        let shown = |bytes| format!("{} MiB", figure(real(bytes) / MEBIBYTE));
        lines.push((
            "resident memory of the server, idle".to_owned(),
            shown(memory.idle_bytes),
        ));
        let busy = format!("resident memory, {} busy connections (the most)", memory.connections);
        lines.push((busy, shown(memory.busy_bytes)));
    }
    if let Some(start_up) = &store.start_up {
        lines.push((
            "start-up to listening".to_owned(),
            format!("{} ms", figure(start_up.median_ms)),
        ));
    }
    if let Some(cost) = store.hash_cost {
        let (default, least) = (figure(cost.default_ms), figure(cost.least_ms));
        lines.push(("one password hash, by default".to_owned(), format!("{default} ms")));
        lines.push((
            "one password hash, as sign-in is measured".to_owned(),
            format!("{least} ms"),
        ));
    }
    let verified = &store.verification;
    if verified.users > 0 {
        lines.push((
            format!("{} users of clients were compared", figure(real(verified.users))),
            format!(
                "{} changes acknowledged, {} stored, {} mismatches",
                figure(real(verified.acknowledged)),
                figure(real(verified.stored)),
                verified.mismatches
            ),
        ));
    }
    facts(&lines)
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), figure)
}
