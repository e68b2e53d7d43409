//! How long connections stay open, and what every response over them has.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::body::Body;
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Program, unlockd};
use crate::running::{admin_token, get, post, request};

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: unlockd\r\n\r\n";

fn serve(settings: &[(&str, &str)]) -> (TempDir, Program) {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    command.envs(settings.iter().copied());
    let program = Program::serve(command);
    (folder, program)
}

/// A connection over which one request was answered.
fn used_connection(address: SocketAddr) -> TcpStream {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(HEALTH).unwrap();
    let mut answer = [0; 15];
    connection.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    connection
}

/// Time until the server closes the connection.
fn time_to_end(mut connection: &TcpStream) -> Duration {
    let begun = Instant::now();
    connection.read_to_end(&mut Vec::new()).unwrap();
    begun.elapsed()
}

#[test]
fn an_idle_connection_stays_open_for_the_idle_timeout_and_not_for_the_request_timeout() {
    let (_folder, program) = serve(&[("UNLOCKD_REQUEST_TIMEOUT", "1"), ("UNLOCKD_IDLE_TIMEOUT", "3")]);
    let begun = Instant::now();
    let connection = used_connection(program.address);
    time_to_end(&connection);
    assert!(begun.elapsed() >= Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[test]
fn the_head_of_a_later_request_has_the_request_timeout() {
    let (_folder, program) = serve(&[("UNLOCKD_REQUEST_TIMEOUT", "1"), ("UNLOCKD_IDLE_TIMEOUT", "600")]);
    let mut connection = used_connection(program.address);
    connection.write_all(b"GET /healthz HTTP/1.1\r\nho").unwrap();
    assert!(time_to_end(&connection) < Duration::from_mins(1));
}

#[tokio::test]
async fn an_idle_http2_connection_is_ended_by_the_idle_timeout() {
    let (_folder, program) = serve(&[("UNLOCKD_REQUEST_TIMEOUT", "1"), ("UNLOCKD_IDLE_TIMEOUT", "3")]);
    let begun = Instant::now();
    let stream = tokio::net::TcpStream::connect(program.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let uri = format!("http://{}/healthz", program.address);
    let response = sender
        .send_request(Request::get(uri).body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    drop(response);
    // The end of the connection is announced, which is no error.
    connection.await.unwrap().unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[test]
fn a_stream_outlasts_the_idle_timeout() {
    let (folder, program) = serve(&[("UNLOCKD_IDLE_TIMEOUT", "1")]);
    let token = admin_token(folder.path());
    let mut watch = TcpStream::connect(program.address).unwrap();
    write!(
        watch,
        "GET /v1/events:watch HTTP/1.1\r\nhost: unlockd\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    let mut lines = BufReader::new(watch).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "HTTP/1.1 200 OK");
    // Twice as long as the timeout, by its own clock.
    for _ in 0..2 {
        time_to_end(&used_connection(program.address));
    }
    let body = r#"{"userId":"ida","organization":{"orgId":"default"}}"#;
    assert_eq!(post(program.address, "/v3alpha/users", Some(&token), body).status, 201);
    assert!(lines.any(|line| line.contains(r#""userId":"ida""#)), "the stream ended");
}

#[test]
fn what_is_in_flight_after_the_grace_time_is_cut_off() {
    let (folder, mut program) = serve(&[("UNLOCKD_SHUTDOWN_GRACE", "1"), ("UNLOCKD_REQUEST_TIMEOUT", "600")]);
    let token = admin_token(folder.path());
    let mut waiting = TcpStream::connect(program.address).unwrap();
    write!(
        waiting,
        "POST /v3alpha/users HTTP/1.1\r\nhost: unlockd\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    // The server asks for the body once the request is in flight.
    waiting.read_exact(&mut [0; 25]).unwrap();
    program.signal("TERM");
    program.wait_for_line("some connections did not end in time and are cut off");
    assert_eq!(program.wait().0.code(), Some(0));
}

#[test]
fn hanging_up_ends_nothing_and_is_logged() {
    let (_folder, mut program) = serve(&[]);
    program.signal("HUP");
    let line =
        program.wait_for_line("SIGHUP ignored: settings are read at the start only; restart the server to change them");
    assert_eq!(line["signal"], "SIGHUP");
    assert_eq!(get(program.address, "/healthz", None).status, 200);
}

/// Status and body of the answer to these bytes. The server closes the connection.
fn exchange(address: SocketAddr, request: &str) -> (String, String) {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[test]
fn a_host_that_is_missing_double_or_malformed_is_400_in_the_shape_of_all_errors() {
    let (_folder, program) = serve(&[]);
    for (version, hosts, problem) in [
        ("1.1", "", "must be given"),
        ("1.1", "host: a\r\nhost: a\r\n", "must not be given twice"),
        ("1.1", "host: a\r\nHost: b\r\n", "must not be given twice"),
        ("1.0", "host: a\r\nhost: b\r\n", "must not be given twice"),
        ("1.1", "host: a b\r\n", "must be one host, with or without a port"),
        ("1.1", "host: a/b\r\n", "must be one host, with or without a port"),
        ("1.1", "host: u@a\r\n", "must be one host, with or without a port"),
    ] {
        for wire in ["", "content-type: application/grpc-web+proto\r\n"] {
            let request =
                format!("POST /v3alpha/users/bob/lock HTTP/{version}\r\n{hosts}{wire}content-length: 2\r\n\r\n{{}}");
            let (status, body) = exchange(program.address, &request);
            assert!(status.ends_with(" 400 Bad Request"), "{hosts:?}: {status}");
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["details"][0]["reason"], "INVALID_ARGUMENT");
            let violation = &body["details"][1]["fieldViolations"][0];
            assert_eq!(
                (&violation["field"], &violation["description"]),
                (&"host".into(), &problem.into())
            );
        }
    }
    for (version, host) in [("1.1", "host: \r\n"), ("1.1", "host: [::1]:80\r\n"), ("1.0", "")] {
        let request = format!("GET /healthz HTTP/{version}\r\n{host}connection: close\r\n\r\n");
        let (status, _) = exchange(program.address, &request);
        assert!(status.ends_with(" 200 OK"), "{host:?}: {status}");
    }
}

#[test]
fn browsers_are_told_on_every_response_not_to_guess_its_type() {
    let (_folder, program) = serve(&[("UNLOCKD_CORS_ORIGIN", "https://desk.example.com")]);
    let preflight = "origin: https://desk.example.com\r\naccess-control-request-method: GET\r\n";
    for (method, path, headers, status) in [
        ("GET", "/healthz", "", 200),
        ("GET", "/openapi.json", "", 200),
        ("GET", "/no/such/path", "", 404),
        ("GET", "/v3alpha/users/bob", "", 401),
        ("GET", "/healthz", "host: twice\r\n", 400),
        ("OPTIONS", "/v3alpha/users", preflight, 200),
        (
            "POST",
            "/v3alpha/users/bob/lock",
            "content-type: application/grpc-web\r\n",
            200,
        ),
    ] {
        let answer = request(program.address, method, path, None, headers, "");
        assert_eq!(answer.status, status, "{path}");
        assert!(
            answer.head.contains("\r\nx-content-type-options: nosniff"),
            "{}",
            answer.head
        );
    }
}

#[test]
fn health_probes_are_logged_at_debug_only() {
    for (level, expected) in [("info", "unknown"), ("debug", "GET /healthz")] {
        let (_folder, mut program) = serve(&[("UNLOCKD_LOG", level)]);
        get(program.address, "/healthz", None);
        get(program.address, "/readyz", None);
        get(program.address, "/no/such/path", None);
        assert_eq!(program.wait_for_line("request")["operation"], expected);
    }
}
