//! `pgbench`: the plainest thing that could do the work.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::Failure;
use crate::cpu::{ClientProcess, CpuMeter, CpuSeconds};
use crate::load::{LoadOutcome, Region, Tally};

/// One in so many transactions has its latency noted: all would be a load of their own.
const SAMPLING_RATE: &str = "0.1";

/// The program.
#[derive(Debug, Clone)]
pub(crate) struct Pgbench {
    program: PathBuf,
    /// Where scripts and logs are put.
    folder: PathBuf,
    /// On the processes of the database.
    database: Option<u32>,
}

impl Pgbench {
    /// Looks for it beside the server programs, then on `PATH`.
    pub(crate) fn find(programs: Option<&Path>, folder: PathBuf, database: Option<u32>) -> Result<Self, Failure> {
        let on_path = env::var_os("PATH");
        let folders = programs
            .map(Path::to_owned)
            .into_iter()
            .chain(on_path.iter().flat_map(env::split_paths));
        let program = folders
            .map(|folder| folder.join("pgbench"))
            .find(|program| program.is_file());
        Ok(Self {
            program: program.ok_or(
                "there is no pgbench beside PostgreSQL's server programs or on PATH; --without-reference does without",
            )?,
            folder,
            database,
        })
    }

    /// Lets so many clients run the script on users of the region, after warming up.
    pub(crate) async fn run(
        &self,
        url: String,
        script: &'static str,
        region: Region,
        connections: u16,
        (warm_up, length): (Duration, Duration),
    ) -> Result<LoadOutcome, Failure> {
        let this = self.clone();
        spawn_blocking(move || {
            let path = this.folder.join("script.sql");
            fs::write(
                &path,
                format!(
                    "\\set n random({}, {})\n{}",
                    region.start(),
                    region.end(),
                    script.trim_start()
                ),
            )?;
            // Its time begins before it has connected, which takes a while with many clients.
            let guess = Duration::from_secs(u64::from(connections) / 64);
            let warm = this.run_once(&url, &path, connections, (warm_up, guess))?;
            let connecting = time_to_connect(&warm.text).unwrap_or(guess);
            let run = this.run_once(&url, &path, connections, (length, connecting))?;
            outcome(&Summary::parse(&run.text)?, run.logs.path(), run.cpu)
        })
        .await?
    }

    fn run_once(
        &self,
        url: &str,
        script: &Path,
        connections: u16,
        (length, connecting): (Duration, Duration),
    ) -> Result<Run, Failure> {
        let cores = std::thread::available_parallelism()?.get().min(connections.into());
        let logs = tempfile::tempdir_in(&self.folder)?;
        let meter = CpuMeter {
            server: None,
            database: self.database,
            clients: ClientProcess::Ended,
        };
        let mut command = Command::new(&self.program);
        command
            .args(["--protocol=prepared", "--no-vacuum", "--file"])
            .arg(script)
            .arg(format!("--client={connections}"))
            .arg(format!("--jobs={cores}"))
            .args(amount(length, connecting, connections))
            .arg("--log")
            .arg("--log-prefix")
            .arg(logs.path().join("log"))
            .arg(url)
            .env("LC_ALL", "C")
            .current_dir(logs.path())
            .stdin(Stdio::null());
        let before = meter.read()?;
        let output = command.output()?;
        let cpu = meter.read()?.since(&before);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("pgbench failed: {text}{errors}").into());
        }
        Ok(Run { text, logs, cpu })
    }
}

/// One run of the program.
struct Run {
    text: String,
    logs: TempDir,
    cpu: CpuSeconds,
}

/// Whole seconds, or for less than one so many transactions that it does not take long.
fn amount(length: Duration, connecting: Duration, connections: u16) -> Vec<String> {
    const TRANSACTIONS_A_SECOND: f64 = 1_000.0;
    if length >= Duration::from_secs(1) {
        return vec![
            format!("--time={:.0}", (length + connecting).as_secs_f64().ceil()),
            format!("--sampling-rate={SAMPLING_RATE}"),
        ];
    }
    let transactions = (TRANSACTIONS_A_SECOND * length.as_secs_f64() / f64::from(connections)).ceil();
    vec![format!("--transactions={}", transactions.max(1.0))]
}

fn outcome(summary: &Summary, logs: &Path, cpu: CpuSeconds) -> Result<LoadOutcome, Failure> {
    let mut text = String::new();
    for file in fs::read_dir(logs)? {
        writeln!(text, "{}", fs::read_to_string(file?.path())?)?;
    }
    let mut tally = Tally::new()?;
    for latency in latencies(&text) {
        tally.record(latency);
    }
    tally.acknowledged = summary.transactions;
    tally.errors = summary.failed;
    tally.first_error = (summary.failed > 0).then(|| "pgbench had transactions that failed".to_owned());
    Ok(LoadOutcome {
        counted: tally.acknowledged,
        tally,
        seconds: summary.seconds(),
        cpu,
    })
}

/// How long it took to connect; it does not say so when nothing came of it.
fn time_to_connect(text: &str) -> Option<Duration> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("initial connection time = "))?;
    let milliseconds: f64 = line.strip_suffix(" ms")?.parse().ok()?;
    Duration::try_from_secs_f64(milliseconds / 1e3).ok()
}

/// What it says in the end.
#[derive(Debug, PartialEq)]
struct Summary {
    transactions: u64,
    failed: u64,
    per_second: f64,
}

impl Summary {
    fn parse(text: &str) -> Result<Self, Failure> {
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split([' ', '/']).find(|word| !word.is_empty())
        };
        let missing = |name: &str| format!("pgbench does not say its {name}: {text}");
        let transactions = "number of transactions actually processed:";
        let failed = "number of failed transactions:";
        let per_second = "tps =";
        Ok(Self {
            transactions: value(transactions).ok_or_else(|| missing(transactions))?.parse()?,
            // Before PostgreSQL 15 there is no such line: it stops at the first one.
            failed: value(failed).unwrap_or("0").parse()?,
            per_second: value(per_second).ok_or_else(|| missing(per_second))?.parse()?,
        })
    }

    /// The time that its rate was made in: without connecting.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    fn seconds(&self) -> f64 {
        self.transactions as f64 / self.per_second
    }
}

/// The third word of each line is how long a transaction took, in microseconds.
fn latencies(log: &str) -> impl Iterator<Item = Duration> {
    log.lines()
        .filter_map(|line| line.split(' ').nth(2)?.parse().ok())
        .map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
pgbench (15.14 (Debian 15.14-0+deb12u1))
transaction type: script.sql
scaling factor: 1
query mode: prepared
number of clients: 64
number of threads: 2
maximum number of tries: 1
duration: 10 s
number of transactions actually processed: 109312
number of failed transactions: 3 (0.003%)
latency average = 5.853 ms
initial connection time = 171.123 ms
tps = 10934.221874 (without initial connection time)
";

    #[test]
    fn its_summary_is_read() {
        let summary = Summary::parse(OUTPUT).unwrap();

        assert_eq!((summary.transactions, summary.failed), (109_312, 3));
        assert!((summary.per_second - 10_934.221_874).abs() < 1e-9);
        assert!((summary.seconds() - 9.997_23).abs() < 1e-4);
    }

    #[test]
    fn of_a_number_of_transactions_the_summary_tells_how_many_there_should_have_been_too() {
        let output = OUTPUT.replace("processed: 109312", "processed: 640/640");

        assert_eq!(Summary::parse(&output).unwrap().transactions, 640);
    }

    #[test]
    fn connecting_comes_on_top_of_the_time_and_not_of_a_number_of_transactions() {
        let connecting = time_to_connect(OUTPUT).unwrap();

        assert_eq!(connecting, Duration::from_micros(171_123));
        assert_eq!(amount(Duration::from_secs(10), connecting, 64)[0], "--time=11");
        assert_eq!(amount(Duration::from_millis(300), connecting, 8), ["--transactions=38"]);
    }

    #[test]
    fn without_a_rate_there_is_no_summary() {
        let refusal = Summary::parse("pgbench (15.14)\n").unwrap_err();

        assert!(refusal.to_string().starts_with("pgbench does not say"));
    }

    #[test]
    fn its_log_tells_latencies() {
        let log = "0 199 2241 0 1175850568 995598\n1 200 2465 0 1175850568 998079\n\n";

        let latencies: Vec<_> = latencies(log).collect();
        assert_eq!(latencies, [Duration::from_micros(2241), Duration::from_micros(2465)]);
    }
}
