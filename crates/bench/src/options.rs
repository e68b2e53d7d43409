//! What can be typed, and the plan that comes of it.

#![expect(clippy::doc_markdown, reason = "the help is shown as plain text")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::Failure;

/// Measures unlockd beside the plainest SQL that could do its work.
///
/// Starts PostgreSQL with durable commits and the server's release build, each a process of its own, fills them with users,
/// every second one of whom is locked, and drives unlocks and locks over JSON, gRPC and gRPC-Web. In turn with that, in the same run, pgbench
/// does the same changes by bare SQL: in one statement, and in a transaction of five. Medians over the rounds are printed, with ratios of what
/// ran beside each other. Afterwards the database must hold exactly what was acknowledged; otherwise, and after any refused
/// request, the exit code is 1. A target that is missed is no failure.
///
/// PostgreSQL's server programs are looked for on PATH and under /usr/lib/postgresql. UNLOCKD_TEST_POSTGRES_URL may name a server that runs
/// already; it is refused if its commits are not durable. Databases lie under TMPDIR, which must not be in memory.
#[derive(Debug, Parser)]
#[command(name = "unlockd-bench", version)]
pub(crate) struct Options {
    /// Measure this program; without it, one is built: cargo build --release -p unlockd-server
    #[arg(long, value_name = "PATH")]
    server: Option<PathBuf>,
    /// Measure these stores [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    store: Vec<StoreKind>,
    /// Measure these parts only [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    only: Vec<Part>,
    /// Leave the bare SQL out, and with it all ratios to it: to see quickly what a change of the server does
    #[arg(long)]
    without_reference: bool,
    /// Clients at a time, each with one request in flight [default: 1,8,64,256]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=300))]
    connections: Vec<u16>,
    /// Measure everything so many times, in turn [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Measure for so long each time [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    seconds: Option<Duration>,
    /// Warm up for so long before each time [default: 2]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    warm_up: Option<Duration>,
    /// Fill the store with so many users [default: 200000]; of several numbers, growth is measured instead: JSON at 64 connections with each of
    /// them, such as 10000,1000000,10000000
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1000..=50_000_000))]
    users: Vec<u32>,
    /// Send so many requests a second in the open loop [default: half of what 64 connections made]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// What the server logs, as in UNLOCKD_LOG, beside that it listens; what it logs goes to a file
    #[arg(long, value_name = "FILTER", default_value = "info")]
    server_log: String,
    /// Write the report here, too, for programs
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report here, too, for people
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Try everything, small and short: 2,000 users, one round of 0.3 seconds at 1 and 8 connections. The figures mean nothing
    #[arg(long)]
    smoke: bool,
}

/// A store of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum StoreKind {
    /// PostgreSQL, beside pgbench
    Postgres,
    /// An SQLite file, beside a tight loop of bare SQL
    Sqlite,
}

impl StoreKind {
    /// How it is called in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }
}

/// What can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Part {
    /// Unlocks and locks over JSON
    Json,
    /// Unlocks and locks over gRPC
    Grpc,
    /// Unlocks and locks over gRPC-Web
    GrpcWeb,
    /// Reading a user over JSON
    Find,
    /// Signing in over JSON, with a password hash that costs next to nothing
    SignIn,
    /// Unlocks and locks over JSON that come at fixed moments
    OpenLoop,
    /// Resident memory of the server, idle and busy
    Memory,
    /// From the start of the process to the log line that it listens
    StartUp,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) server: Option<PathBuf>,
    pub(crate) stores: BTreeSet<StoreKind>,
    pub(crate) parts: BTreeSet<Part>,
    pub(crate) has_reference: bool,
    pub(crate) connections: BTreeSet<u16>,
    /// Where open loop, sign-in and growth take place.
    pub(crate) saturating: u16,
    /// Where memory is looked at.
    pub(crate) crowd: u16,
    pub(crate) rounds: u16,
    pub(crate) seconds: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) users: Vec<u32>,
    pub(crate) rate: Option<u32>,
    pub(crate) starts: u16,
    pub(crate) server_log: String,
    pub(crate) json: Option<PathBuf>,
    pub(crate) markdown: Option<PathBuf>,
    pub(crate) is_smoke: bool,
}

/// Each connection needs some users of its own.
const LEAST_USERS_A_CONNECTION: u32 = 4;

impl Plan {
    /// What was typed, and for the rest what is usual, or small.
    pub(crate) fn from_options(options: Options) -> Result<Self, Failure> {
        let smoke = options.smoke;
        let or = |given: Vec<u16>, usual: &[u16], small: &[u16]| match given.as_slice() {
            [] if smoke => small.to_vec(),
            [] => usual.to_vec(),
            given => given.to_vec(),
        };
        let connections: BTreeSet<u16> = or(options.connections, &[1, 8, 64, 256], &[1, 8]).into_iter().collect();
        let most = connections.last().copied().unwrap_or(1);
        let users = match options.users.as_slice() {
            [] => vec![if smoke { 2_000 } else { 200_000 }],
            given => given.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
        };
        let crowd = if smoke { most } else { 256 };
        let saturating = if smoke { most.min(64) } else { 64 };
        let fewest = users.first().copied().unwrap_or_default() / 2;
        let busiest = u32::from(if users.len() > 1 { saturating } else { most.max(crowd) });
        if fewest < busiest * LEAST_USERS_A_CONNECTION {
            return Err(format!(
                "{busiest} connections need {} users",
                busiest * LEAST_USERS_A_CONNECTION * 2
            )
            .into());
        }
        let milliseconds = |usual, small| Duration::from_millis(if smoke { small } else { usual });
        Ok(Self {
            server: options.server,
            stores: these_or_all(&options.store),
            parts: these_or_all(&options.only),
            has_reference: !options.without_reference,
            connections,
            saturating,
            crowd,
            rounds: options.rounds.unwrap_or(if smoke { 1 } else { 3 }),
            seconds: options.seconds.unwrap_or(milliseconds(10_000, 300)),
            warm_up: options.warm_up.unwrap_or(milliseconds(2_000, 100)),
            users,
            rate: options.rate,
            starts: if smoke { 2 } else { 11 },
            server_log: options.server_log,
            json: options.json,
            markdown: options.markdown,
            is_smoke: smoke,
        })
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

fn these_or_all<T: ValueEnum + Ord + Copy>(these: &[T]) -> BTreeSet<T> {
    let chosen = if these.is_empty() { T::value_variants() } else { these };
    chosen.iter().copied().collect()
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| *duration >= Duration::from_millis(10) && *duration <= Duration::from_hours(1))
        .ok_or_else(|| "must be a number from 0.01 to 3600".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(arguments: &[&str]) -> Result<Plan, Failure> {
        Plan::from_options(Options::try_parse_from([&["unlockd-bench"], arguments].concat())?)
    }

    #[test]
    fn without_options_everything_is_measured_as_the_table_of_targets_asks_for() {
        let plan = plan(&[]).unwrap();

        assert_eq!(plan.connections, BTreeSet::from([1, 8, 64, 256]));
        assert_eq!((plan.rounds, plan.users, plan.parts.len()), (3, vec![200_000], 8));
    }

    #[test]
    fn what_is_typed_goes_before_what_the_smoke_mode_makes_small() {
        let plan = plan(&["--smoke", "--seconds", "1.5", "--only", "json,grpc-web"]).unwrap();

        assert_eq!((plan.seconds, plan.rounds), (Duration::from_millis(1500), 1));
        assert_eq!(plan.parts, BTreeSet::from([Part::Json, Part::GrpcWeb]));
    }

    #[test]
    fn too_few_users_for_all_connections_are_refused() {
        let refusal = plan(&["--users", "1000"]).unwrap_err();

        assert_eq!(refusal.to_string(), "256 connections need 2048 users");
    }
}
