//! Watching what happens, over a socket.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use tempfile::TempDir;

use crate::program::{Program, unlockd};
use crate::replica_pair::{ReplicaPair, TOKEN};
use crate::running::{admin_token, post};

/// A client that reads server-sent events, line by line.
struct Watcher(BufReader<TcpStream>);

impl Watcher {
    /// Watches from now on: comes back once the server has begun.
    fn start(address: SocketAddr, token: &str, headers: &str) -> Self {
        let mut connection = TcpStream::connect(address).unwrap();
        write!(
            connection,
            "GET /v1/events:watch HTTP/1.1\r\nhost: unlockd\r\nauthorization: Bearer {token}\r\n{headers}\r\n"
        )
        .unwrap();
        let mut watcher = Self(BufReader::new(connection));
        watcher.line_with("content-type: text/event-stream");
        watcher.line_with("id: ");
        watcher
    }

    /// The rest of the next line that begins like this.
    fn line_with(&mut self, beginning: &str) -> String {
        loop {
            let line = self.line().unwrap_or_else(|| panic!("no {beginning:?} before the end"));
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let is_more = self.0.read_line(&mut line).unwrap() > 0;
        is_more.then(|| line.trim_end().to_owned())
    }
}

#[test]
fn what_one_process_writes_is_told_by_the_other_also_after_a_break() {
    let Some(pair) = ReplicaPair::start() else { return };
    let [writer, reader] = pair.replicas.each_ref().map(|replica| replica.address);
    let mut watcher = Watcher::start(reader, TOKEN, "");
    pair.create_user("bob");
    let created = watcher.line_with("id: ");
    assert_eq!(watcher.line_with("event: "), "user.created");
    drop(watcher);
    assert_eq!(post(writer, "/v3alpha/users/bob/lock", Some(TOKEN), "").status, 200);

    let resumed = format!("last-event-id: {created}\r\n");
    let mut watcher = Watcher::start(reader, TOKEN, &resumed);

    assert_eq!(watcher.line_with("event: "), "user.locked");
    assert_eq!(post(writer, "/v3alpha/users/bob/unlock", Some(TOKEN), "").status, 200);
    assert_eq!(watcher.line_with("event: "), "user.unlocked");
    assert!(watcher.line_with("data: ").contains(r#""userId":"bob""#));
}

#[test]
fn a_watch_does_not_hold_up_the_end_of_the_server() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::serve(unlockd(folder.path()));
    let mut watcher = Watcher::start(program.address, &admin_token(folder.path()), "");

    program.signal("TERM");
    program.wait_for_line("stopping");

    assert_eq!(watcher.line_with("event: "), "error");
    assert!(watcher.line_with("data: ").contains("SHUTTING_DOWN"));
    while watcher.line().is_some() {}
    let (status, log) = program.wait();
    assert_eq!(status.code(), Some(0));
    let cut_off = |line: &serde_json::Value| line["message"].as_str().is_some_and(|text| text.contains("cut off"));
    assert!(!log.iter().any(cut_off), "{log:#?}");
}
