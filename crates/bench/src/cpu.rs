//! Who uses the processors up: server, database and clients apart. They share them.

use std::collections::HashMap;
use std::ops::Sub;

use procfs::process::{Process, Stat, all_processes};

use serde::Serialize;

use crate::Failure;

/// Whose time is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuMeter {
    /// The server's process.
    pub(crate) server: Option<u32>,
    /// The process that all processes of the database descend from.
    pub(crate) database: Option<u32>,
    pub(crate) clients: ClientProcess,
}

/// Where the clients are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientProcess {
    /// They are this process.
    This,
    /// They are a process that this one has started, and waited for.
    Ended,
}

/// Seconds of processor time; none where nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct CpuSeconds {
    pub(crate) server: Option<f64>,
    pub(crate) database: Option<f64>,
    pub(crate) clients: Option<f64>,
}

impl CpuMeter {
    /// What was used so far.
    pub(crate) fn read(&self) -> Result<CpuSeconds, Failure> {
        let own = Process::myself()?.stat()?;
        let clients = match self.clients {
            ClientProcess::This => ticks_of(&own),
            ClientProcess::Ended => ticks_of_ended_children(&own),
        };
        Ok(CpuSeconds {
            server: self.server.map(ticks_of_process).transpose()?.map(seconds),
            database: self.database.map(ticks_of_family).transpose()?.map(seconds),
            clients: Some(seconds(clients)),
        })
    }
}

impl CpuSeconds {
    /// What was used since then.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let between = |now: Option<f64>, then: Option<f64>| now.zip(then).map(|(now, then)| now.sub(then).max(0.0));
        Self {
            server: between(self.server, earlier.server),
            database: between(self.database, earlier.database),
            clients: between(self.clients, earlier.clients),
        }
    }

    /// The same for so many thousands of requests.
    pub(crate) fn for_each(&self, thousands: f64) -> Self {
        let share = |seconds: Option<f64>| seconds.filter(|_| thousands > 0.0).map(|seconds| seconds / thousands);
        Self {
            server: share(self.server),
            database: share(self.database),
            clients: share(self.clients),
        }
    }
}

/// Resident memory of a process in bytes: now, and the most there ever was.
pub(crate) fn resident_bytes(pid: u32) -> Result<(u64, u64), Failure> {
    const KIBIBYTE: u64 = 1024;
    let status = Process::new(i32::try_from(pid)?)?.status()?;
    let (now, most) = (status.vmrss.ok_or("no VmRSS")?, status.vmhwm.ok_or("no VmHWM")?);
    Ok((now * KIBIBYTE, most * KIBIBYTE))
}

/// The process that has started another one, and what that other one is called.
pub(crate) fn parent_and_name(pid: u32) -> Option<(u32, String)> {
    let stat = Process::new(i32::try_from(pid).ok()?).ok()?.stat().ok()?;
    Some((u32::try_from(stat.ppid).ok()?, stat.comm))
}

fn ticks_of(stat: &Stat) -> u64 {
    stat.utime + stat.stime
}

fn ticks_of_ended_children(stat: &Stat) -> u64 {
    u64::try_from(stat.cutime + stat.cstime).unwrap_or_default()
}

fn ticks_of_process(pid: u32) -> Result<u64, Failure> {
    Ok(ticks_of(&Process::new(i32::try_from(pid)?)?.stat()?))
}

/// A process with all that descend from it, and those of them that have ended.
fn ticks_of_family(head: u32) -> Result<u64, Failure> {
    let head = i32::try_from(head)?;
    let mut children: HashMap<i32, Vec<Stat>> = HashMap::new();
    for process in all_processes()? {
        // Processes come and go.
        if let Ok(stat) = process.and_then(|process| process.stat()) {
            children.entry(stat.ppid).or_default().push(stat);
        }
    }
    let first = Process::new(head)?.stat()?;
    let mut ticks = 0;
    let mut to_count = vec![first];
    while let Some(stat) = to_count.pop() {
        ticks += ticks_of(&stat) + ticks_of_ended_children(&stat);
        to_count.extend(children.remove(&stat.pid).unwrap_or_default());
    }
    Ok(ticks)
}

#[expect(clippy::cast_precision_loss, reason = "processors are not busy for that long")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / procfs::ticks_per_second() as f64
}

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use super::*;

    #[test]
    fn the_time_of_children_counts_for_the_family_while_they_run_and_when_they_have_ended() {
        let before = ticks_of_family(id()).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", "i=0; while [ $i -lt 2000000 ]; do i=$((i+1)); done"])
            .spawn()
            .unwrap();
        child.wait().unwrap();

        assert!(ticks_of_family(id()).unwrap() > before);
        assert!(parent_and_name(id()).is_some());
    }
}
