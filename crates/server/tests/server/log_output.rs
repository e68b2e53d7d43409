//! A log that cannot be written stops nothing.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{complaint, unlockd};

/// More than a loaded machine needs, less than a person waits.
const PATIENCE: Duration = Duration::from_mins(1);

/// More lines than a pipe holds, which is 64 KiB on Linux.
const REQUESTS: usize = 1_000;

/// A server whose log the test handles itself. Killed when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Server {
    fn start(log: impl Into<Stdio>, level: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = unlockd(folder.path())
            .arg("serve")
            .env("UNLOCKD_LISTEN", address.to_string())
            .env("UNLOCKD_LOG", level)
            .env("UNLOCKD_LOG_FORMAT", "json")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self {
            child,
            address,
            _folder: folder,
        }
    }

    /// The log, read up to the line that says where the server listens.
    fn log(&mut self) -> BufReader<ChildStderr> {
        let mut log = BufReader::new(self.child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains(r#""message":"listening""#) {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the log ends");
        }
        log
    }

    /// Waits for a server whose log tells nothing.
    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(self.address).is_err() {
            assert!(Instant::now() < deadline, "the server does not listen");
            thread::yield_now();
        }
    }

    /// Sends many requests, and asserts that each is answered.
    fn serve_many_requests(&self) {
        let mut connection = TcpStream::connect(self.address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = BufReader::new(connection.try_clone().unwrap());
        for _ in 0..REQUESTS {
            connection
                .write_all(b"GET /healthz HTTP/1.1\r\nhost: unlockd\r\n\r\n")
                .unwrap();
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            assert_eq!(line, "HTTP/1.1 200 OK\r\n");
            while line != "\r\n" {
                line.clear();
                answer.read_line(&mut line).unwrap();
            }
            answer.read_exact(&mut [0; br#"{"status":"SERVING"}"#.len()]).unwrap();
        }
    }

    /// Asserts that SIGTERM ends the server with exit code 0.
    fn stop(mut self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").arg(pid).status().unwrap();
        assert!(status.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_log_on_a_full_disk_stops_nothing() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let server = Server::start(full, "debug");
    server.wait_until_it_listens();
    server.serve_many_requests();
    server.stop();
}

#[test]
fn a_log_whose_reader_has_gone_stops_nothing() {
    let mut server = Server::start(Stdio::piped(), "debug");
    drop(server.log());
    server.serve_many_requests();
    server.stop();
}

#[test]
fn a_log_whose_reader_stalls_delays_no_request_and_has_all_lines_when_it_reads_on() {
    let mut server = Server::start(Stdio::piped(), "debug");
    let mut log = server.log();
    server.serve_many_requests();
    let mut line = String::new();
    let mut answered = 0;
    while answered < REQUESTS {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "the log ends");
        answered += usize::from(line.contains(r#""message":"request""#));
    }
    server.stop();
}

#[test]
fn a_server_whose_log_stalls_can_be_stopped() {
    let mut server = Server::start(Stdio::piped(), "debug");
    let _log = server.log();
    server.serve_many_requests();
    server.stop();
}

#[test]
fn dropped_lines_are_counted_in_the_log() {
    // With their ids, the lines of these requests exceed the queue and the pipe.
    const REQUESTS: usize = 16_000;
    const PIPELINED: usize = 100;
    let mut server = Server::start(Stdio::piped(), "info");
    let log = server.log();
    let id = "x".repeat(128);
    let request = format!("GET /no/such/path HTTP/1.1\r\nhost: unlockd\r\nx-request-id: {id}\r\n\r\n");
    let pipeline = request.repeat(PIPELINED);
    let mut connection = TcpStream::connect(server.address).unwrap();
    let mut answers = connection.try_clone().unwrap();
    let reader = thread::spawn(move || io::copy(&mut answers, &mut io::sink()));
    for _ in 0..REQUESTS / PIPELINED {
        connection.write_all(pipeline.as_bytes()).unwrap();
    }
    connection.shutdown(Shutdown::Write).unwrap();
    reader.join().unwrap().unwrap();

    let (sender, lines) = mpsc::channel();
    thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let (mut written, mut dropped) = (0, 0);
    while written + dropped < REQUESTS {
        let line = lines.recv_timeout(PATIENCE).expect("every line is written or counted");
        let line: Value = serde_json::from_str(&line).unwrap();
        match line["lines"].as_u64() {
            Some(lines) => dropped += usize::try_from(lines).unwrap(),
            None => written += usize::from(line["message"] == "request"),
        }
    }
    assert_eq!(written + dropped, REQUESTS);
    assert!(dropped > 0);
    server.stop();
}

#[test]
fn a_command_whose_output_cannot_be_written_fails_without_a_panic() {
    let folder = TempDir::new().unwrap();
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let output = unlockd(folder.path()).arg("migrate").stdout(full()).output().unwrap();
    let line = complaint(&output);
    assert!(line.starts_with("unlockd: cannot write to standard output: "), "{line}");
    let status = unlockd(folder.path())
        .arg("migrate")
        .stdout(full())
        .stderr(full())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}
