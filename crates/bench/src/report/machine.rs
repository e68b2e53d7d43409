use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use procfs::{CpuInfo, Current, Meminfo};
use time::format_description::well_known::Rfc3339;

use super::Facts;
use crate::Failure;
use crate::moment::now;
use crate::options::Plan;

/// What it ran on, and when.
pub(crate) fn describe(program: &Path) -> Result<Facts, Failure> {
    const GIBIBYTE: u64 = 1024 * 1024 * 1024;
    let processor = CpuInfo::current()?;
    let model = processor.model_name(0).unwrap_or("unknown").to_owned();
    let kernel = procfs::sys::kernel::Version::current()?;
    let version = Command::new(program).arg("--version").output()?;
    let memory = Meminfo::current()?.mem_total / GIBIBYTE;
    let facts = [
        ("date", now().replace_nanosecond(0)?.format(&Rfc3339)?),
        (
            "processor",
            format!(
                "{model}, {} cores for server, database and clients",
                available_parallelism()?
            ),
        ),
        ("memory", format!("{memory} GiB")),
        (
            "kernel",
            format!("Linux {}.{}.{}", kernel.major, kernel.minor, kernel.patch),
        ),
        ("server", String::from_utf8_lossy(&version.stdout).trim().to_owned()),
    ];
    Ok(facts.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

impl Plan {
    /// What was asked for.
    pub(crate) fn describe(&self) -> Facts {
        let span = format!(
            "{} s after {} s of warm-up",
            self.seconds.as_secs_f64(),
            self.warm_up.as_secs_f64()
        );
        let mut facts = vec![
            ("rounds".to_owned(), self.rounds.to_string()),
            ("each measurement".to_owned(), span),
            (
                "log of the server".to_owned(),
                format!("{}, to a file", self.server_log),
            ),
        ];
        if self.is_smoke {
            facts.push(("smoke mode".to_owned(), "the figures mean nothing".to_owned()));
        }
        facts
    }
}
