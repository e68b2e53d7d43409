//! How a server ends.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use tempfile::TempDir;

use crate::program::{Program, unlockd};
use crate::running::{admin_token, get};

#[test]
fn both_signals_end_the_server_with_exit_code_0() {
    for signal in ["TERM", "INT"] {
        let folder = TempDir::new().unwrap();
        let mut program = Program::serve(unlockd(folder.path()));
        program.signal(signal);
        assert_eq!(program.wait_for_line("stopping")["signal"], format!("SIG{signal}"));
        let (status, log) = program.wait();
        assert_eq!(status.code(), Some(0), "{log:#?}");
    }
}

const NEW_USER: &str = r#"{"userId":"late","organization":{"orgId":"default"}}"#;

/// A request that has been let in and waits for its body, for as long as the test wants.
fn in_flight(address: SocketAddr, token: &str) -> TcpStream {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "POST /v3alpha/users HTTP/1.1\r\nhost: unlockd\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        NEW_USER.len()
    )
    .unwrap();
    // The server asks for the body once the request has been let in.
    let mut go_on = [0; 25];
    connection.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

#[test]
fn a_request_in_flight_is_finished() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::serve(unlockd(folder.path()));
    let mut connection = in_flight(program.address, &admin_token(folder.path()));
    program.signal("TERM");
    program.wait_for_line("stopping");
    connection.write_all(NEW_USER.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(program.wait().0.code(), Some(0));
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::serve(unlockd(folder.path()));
    let _held_up_by = in_flight(program.address, &admin_token(folder.path()));
    program.signal("TERM");
    program.wait_for_line("stopping");
    program.signal("TERM");
    program.wait_for_line("stopping at once");
    assert_eq!(program.wait().0.code(), Some(0));
}

#[test]
fn a_client_that_says_nothing_or_not_enough_is_let_go() {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    command.env("UNLOCKD_REQUEST_TIMEOUT", "1");
    let program = Program::serve(command);
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM", "GET /healthz HTTP/1.1\r\nhost:"] {
        let mut connection = TcpStream::connect(program.address).unwrap();
        connection.write_all(beginning.as_bytes()).unwrap();
        let mut rest = Vec::new();
        // Ends only when the server closes the connection.
        connection.read_to_end(&mut rest).unwrap();
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{beginning:?}");
    }
    assert_eq!(get(program.address, "/healthz", None).status, 200);
}

#[test]
fn a_client_that_closes_its_half_gets_its_answer() {
    let folder = TempDir::new().unwrap();
    let program = Program::serve(unlockd(folder.path()));
    let mut connection = TcpStream::connect(program.address).unwrap();
    connection
        .write_all(b"GET /readyz HTTP/1.1\r\nhost: unlockd\r\n\r\n")
        .unwrap();
    connection.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer:?}");
}

#[test]
fn nothing_secret_is_in_the_log() {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    command.env("UNLOCKD_LOG", "trace");
    let program = Program::serve(command);
    let token = admin_token(folder.path());
    let password = "correct horse battery staple";
    let body = format!(
        r#"{{"userId":"ida","organization":{{"orgId":"default"}},"authenticators":{{"password":{{"password":"{password}"}}}}}}"#
    );
    let created = crate::running::post(program.address, "/v3alpha/users", Some(&token), &body);
    assert_eq!(created.status, 201, "{}", created.body);
    assert_eq!(
        get(
            program.address,
            "/v3alpha/users/ida",
            Some("wrong-token-wrong-token-wrong")
        )
        .status,
        401
    );
    program.signal("TERM");
    let (_, log) = program.wait();
    let log = serde_json::to_string(&log).unwrap();
    assert!(log.contains("POST /v3alpha/users"), "the log has the requests");
    for secret in [token.as_str(), password, "wrong-token-wrong-token-wrong", "$argon2id$"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn every_request_has_one_line() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::serve(unlockd(folder.path()));
    let token = admin_token(folder.path());
    get(program.address, "/v3alpha/users/nobody", Some(&token));
    let line = program.wait_for_line("request");
    assert_eq!(line["operation"], "GET /v3alpha/users/{user_id}");
    assert_eq!(line["http.response.status_code"], 404);
    assert_eq!((&line["code"], &line["reason"]), (&5.into(), &"USER_NOT_FOUND".into()));
    assert!(line["duration_ms"].is_f64() && line["request.id"].is_string() && line["caller.id"].is_string());
    get(program.address, "/no/such/path", None);
    let line = program.wait_for_line("request");
    assert_eq!(
        (&line["operation"], &line["reason"]),
        (&"unknown".into(), &"ROUTE_NOT_FOUND".into())
    );
    assert_eq!(line.get("caller.id"), None);
}
