//! Requests that are refused before their bodies are read.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Request, Version};
use futures_util::stream;
use tokio::net::TcpListener;

use crate::service::{ADMIN, Service, as_admin};

const UNLOCK: &str = "/v3alpha/users/eva/unlock";
const MEGABYTE: usize = 1_000_000;

/// A client that reads nothing before it has sent everything.
struct Client {
    connection: BufReader<TcpStream>,
}

impl Client {
    fn connect(address: SocketAddr) -> Self {
        Self {
            connection: BufReader::new(TcpStream::connect(address).unwrap()),
        }
    }

    fn send_head(&mut self, headers: &str, length: usize) {
        let head = format!("POST {UNLOCK} HTTP/1.1\r\nhost: unlockd\r\ncontent-length: {length}\r\n{headers}\r\n");
        self.connection.get_mut().write_all(head.as_bytes()).unwrap();
    }

    fn send_body(&mut self, length: usize) -> std::io::Result<()> {
        self.connection.get_mut().write_all(&vec![b' '; length])
    }

    /// The first line and the headers, and the body behind them.
    fn answer(&mut self) -> (String, String) {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.connection.read_line(&mut head).unwrap(), 0, "{head:?} is no head");
        }
        let length = head.split("content-length: ").nth(1).unwrap();
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).unwrap();
        (head, String::from_utf8(body).unwrap())
    }
}

/// Runs what a client does against a service behind a socket.
async fn against_a_socket(client: impl FnOnce(SocketAddr) + Send + 'static) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Service::with_users(&["eva"]).await.router;
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::task::spawn_blocking(move || client(address)).await.unwrap();
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_first_sends_all_of_a_megabyte_sees_that_it_needs_a_token() {
    against_a_socket(|address| {
        let mut client = Client::connect(address);
        for _ in 0..2 {
            client.send_head("content-type: application/json\r\n", MEGABYTE);
            client.send_body(MEGABYTE).unwrap();

            let (head, body) = client.answer();
            assert!(head.starts_with("HTTP/1.1 401 "), "{head}");
            assert!(!head.contains("connection: close"), "{head}");
            assert!(body.contains("UNAUTHENTICATED"), "{body}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_five_megabytes_sees_that_this_is_too_much_and_the_connection_over() {
    against_a_socket(|address| {
        let mut client = Client::connect(address);
        let headers = format!("content-type: application/json\r\nauthorization: Bearer {ADMIN}\r\n");
        client.send_head(&headers, 5 * MEGABYTE);
        // The server stops listening on the way, and the client finds out while it sends.
        let _cut_off = client.send_body(5 * MEGABYTE);

        let (head, body) = client.answer();
        assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
        assert!(head.contains("connection: close"), "{head}");
        assert!(body.contains("BODY_TOO_LARGE"), "{body}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_to_be_asked_for_its_body_is_refused_without_being_asked() {
    against_a_socket(|address| {
        let with_token = format!("authorization: Bearer {ADMIN}\r\n");
        for (token, status) in [("", "401"), (&with_token, "413")] {
            let mut client = Client::connect(address);
            let headers = format!("content-type: application/json\r\nexpect: 100-continue\r\n{token}");
            client.send_head(&headers, 5 * MEGABYTE);

            let (head, _) = client.answer();
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
            assert!(head.contains("connection: close"), "{head}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_without_an_end_is_not_read_for_ever() {
    for (version, connection) in [(Version::HTTP_11, Some("close")), (Version::HTTP_2, None)] {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = read.clone();
        let chunks = std::iter::repeat_with(move || {
            counter.fetch_add(1024, Ordering::Relaxed);
            Ok::<_, Infallible>(Bytes::from_static(&[0; 1024]))
        });
        let request = Request::post(UNLOCK)
            .version(version)
            .body(Body::from_stream(stream::iter(chunks)))
            .unwrap();

        let reply = Service::new().await.send(request).await;

        assert_eq!((reply.status, reply.header("connection")), (401, connection));
        let read = read.load(Ordering::Relaxed);
        assert!(
            (1024 * 1024..1024 * 1024 + 4096).contains(&read),
            "{read} bytes were read"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_waits_a_second_for_the_rest_of_a_body_and_stays_what_it_is() {
    let service = Service::new().await;
    let begin = tokio::time::Instant::now();
    let never_ends = || Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let without_token = Request::post(UNLOCK).body(never_ends()).unwrap();
    let with_a_wrong_one = Request::post(UNLOCK)
        .header(AUTHORIZATION, "Bearer wrong")
        .body(never_ends())
        .unwrap();
    for request in [without_token, with_a_wrong_one] {
        let reply = service.send(request).await;

        assert_eq!((reply.status, reply.header("connection")), (401, Some("close")));
    }
    assert_eq!(begin.elapsed(), Duration::from_secs(2));
}

#[tokio::test]
async fn an_answer_to_a_body_that_was_read_leaves_the_connection_open() {
    let service = Service::with_users(&["eva"]).await;
    let request = as_admin(axum::http::Method::POST, "/v3alpha/users/eva/lock")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(r#"{"reason":"lost badge"}"#))
        .unwrap();

    let reply = service.send(request).await;

    assert_eq!((reply.status, reply.header("connection")), (200, None));
}
