//! The server in a process of its own. It ends with its guard, and also when this process is killed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::Failure;
use crate::clients::Target;

/// The bearer token of `admin`.
pub(crate) const TOKEN: &str = "unlockd_pat_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// The module that tells the address: its line is there whatever else is not logged.
const TELLS_ADDRESS: &str = "unlockd_server::commands::serve=info";

/// What to run.
#[derive(Debug, Clone)]
pub(crate) struct ServerSettings {
    pub(crate) program: PathBuf,
    pub(crate) database_url: String,
    /// Value of `UNLOCKD_LOG`.
    pub(crate) log: String,
    /// Further arguments.
    pub(crate) arguments: Vec<String>,
}

/// A server that listens.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    child: Child,
    /// Ends the server when its standard input ends.
    watchdog: Watchdog,
    log: ServerLog,
    pub(crate) address: SocketAddr,
    /// From its start to the line that it listens.
    pub(crate) started_in: Duration,
}

/// A start may have to wait for a database that is busy.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// The server gives requests under way 10 seconds.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

impl ServerProcess {
    /// Starts it with its data directory and its log in the folder, on a free port, and waits until it listens.
    pub(crate) async fn start(settings: &ServerSettings, folder: &Path) -> Result<Self, Failure> {
        let (settings, folder) = (settings.clone(), folder.to_owned());
        spawn_blocking(move || Self::start_blocking(&settings, &folder)).await?
    }

    fn start_blocking(settings: &ServerSettings, folder: &Path) -> Result<Self, Failure> {
        let log = ServerLog::create(folder.join("server.log"))?;
        let mut command = Command::new(&settings.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("UNLOCKD_")) {
            command.env_remove(name);
        }
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .args(&settings.arguments)
            .env("UNLOCKD_DATA_DIR", folder)
            .env("UNLOCKD_DATABASE_URL", &settings.database_url)
            .env("UNLOCKD_BOOTSTRAP_TOKEN", TOKEN)
            .env("UNLOCKD_LOG", format!("{},{TELLS_ADDRESS}", settings.log))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.file.try_clone()?);
        let began = Instant::now();
        let child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", settings.program.display()))?;
        let watchdog = Watchdog::over(child.id());
        let mut server = Self {
            child,
            watchdog: watchdog?,
            log,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            started_in: Duration::ZERO,
        };
        server.address = server.wait_until_it_listens(began)?;
        server.started_in = began.elapsed();
        Ok(server)
    }

    fn wait_until_it_listens(&mut self, began: Instant) -> Result<SocketAddr, Failure> {
        loop {
            if let Some(address) = self.log.text()?.lines().find_map(address) {
                return Ok(address);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended with {status}:\n{}", self.log.text()?).into());
            }
            if began.elapsed() > START_TIMEOUT {
                return Err("the server does not listen".into());
            }
            thread::sleep(Duration::from_micros(100));
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it is, for its owner.
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        Target::new(self.address, TOKEN)
    }

    /// Forgets what was logged so far: a line for each request adds up.
    pub(crate) fn empty_log(&self) -> Result<(), Failure> {
        Ok(self.log.file.set_len(0)?)
    }

    /// Ends it as an operator does, and waits.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        spawn_blocking(move || self.stop_blocking()).await?
    }

    fn stop_blocking(&mut self) -> Result<(), Failure> {
        // From now on its number could become another process's.
        self.watchdog.call_off()?;
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = Pid::from_raw(i32::try_from(self.child.id())?).ok_or("the server has no number")?;
        kill_process(pid, Signal::TERM)?;
        let deadline = Instant::now() + STOP_TIMEOUT;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                self.child.kill()?;
                self.child.wait()?;
                return Err("the server did not stop in time, and was killed".into());
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if let Err(error) = self.stop_blocking() {
            eprintln!("the server {}: {error}", self.child.id());
        }
    }
}

/// The address, if this is the line that tells it.
fn address(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line.get("message")? != "listening" {
        return None;
    }
    line.get("address")?.as_str()?.parse().ok()
}

/// A shell that ends another process as soon as nobody holds its standard input any more.
#[derive(Debug)]
struct Watchdog {
    shell: Child,
    leash: Option<ChildStdin>,
}

impl Watchdog {
    fn over(pid: u32) -> io::Result<Self> {
        let mut shell = Command::new("sh")
            .args([
                "-c",
                "trap '' HUP INT TERM; read -r _; kill -TERM \"$1\"",
                "watchdog",
                &pid.to_string(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let leash = shell.stdin.take();
        Ok(Self { shell, leash })
    }

    fn call_off(&mut self) -> io::Result<()> {
        if self.leash.is_some() {
            self.shell.kill()?;
            self.shell.wait()?;
            self.leash = None;
        }
        Ok(())
    }
}

/// What the server says. A file costs the server what it would cost in earnest, and nobody has to read along.
#[derive(Debug)]
struct ServerLog {
    path: PathBuf,
    file: File,
}

impl ServerLog {
    fn create(path: PathBuf) -> io::Result<Self> {
        // The server appends to the end that there is, also after the file was emptied.
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        file.set_len(0)?;
        Ok(Self { path, file })
    }

    fn text(&self) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(&self.path)?).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_log_tells_the_address() {
        let line = r#"{"level":"INFO","message":"listening","address":"127.0.0.1:4711","target":"unlockd_server"}"#;

        assert_eq!(address(line), Some(SocketAddr::from(([127, 0, 0, 1], 4711))));
        assert_eq!(address(r#"{"message":"request","address":"127.0.0.1:4711"}"#), None);
    }
}
