//! The program as users start it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// More than a loaded machine needs, less than a person waits.
const PATIENCE: Duration = Duration::from_mins(1);

/// `unlockd` with none of the surroundings' settings, and a data directory of its own.
pub(crate) fn unlockd(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unlockd"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("UNLOCKD_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(data_dir)
        .env("UNLOCKD_DATA_DIR", data_dir)
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(data_dir: &Path, arguments: &[&str]) -> Output {
    unlockd(data_dir).args(arguments).output().expect("the program starts")
}

/// Standard output of a command that has to succeed.
pub(crate) fn answer(data_dir: &Path, arguments: &[&str]) -> String {
    let output = run(data_dir, arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// The one line on standard error of a command that has to fail with exit code 1.
pub(crate) fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim_end().to_owned()
}

/// A server process. Killed when dropped.
pub(crate) struct Program {
    child: Child,
    log: mpsc::Receiver<Value>,
    seen: Vec<Value>,
    reader: Option<JoinHandle<()>>,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts `unlockd serve` on a free port, and waits until it listens.
    pub(crate) fn serve(command: Command) -> Self {
        let mut program = Self::start(command);
        let listening = program.wait_for_line("listening");
        program.address = listening["address"].as_str().unwrap().parse().unwrap();
        program
    }

    /// Starts `unlockd serve` on a free port; its address is not known yet.
    pub(crate) fn start(mut command: Command) -> Self {
        command
            .arg("serve")
            .env("UNLOCKD_LISTEN", "127.0.0.1:0")
            .env("UNLOCKD_LOG_FORMAT", "json");
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let errors = child.stderr.take().unwrap();
        let (sender, log) = mpsc::channel();
        let reader = thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            child,
            log,
            seen: Vec::new(),
            reader: Some(reader),
            address,
        }
    }

    /// Waits for a line of the log with this message.
    pub(crate) fn wait_for_line(&mut self, message: &str) -> Value {
        loop {
            let line = self
                .log
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no {message:?} in {:#?}", self.seen));
            self.seen.push(line.clone());
            if line["message"] == message {
                return line;
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end of the process; gives back its status and the whole log.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<Value>) {
        let deadline = Instant::now() + PATIENCE;
        // The log ends when the process does.
        while let Ok(line) = self
            .log
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            self.seen.push(line);
        }
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), None, "{:#?}", self.seen);
        (status, std::mem::take(&mut self.seen))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// All that a file has, as text.
pub(crate) fn read(path: &Path) -> String {
    let mut text = String::new();
    std::fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
    text
}
