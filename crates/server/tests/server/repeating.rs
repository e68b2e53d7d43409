//! Calls that are sent again because nobody knows whether they arrived.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::thread;

use serde_json::Value;

use crate::replica_pair::{ReplicaPair, TOKEN};
use crate::running::{Answer, get, post, request};

fn change(address: SocketAddr, operation: &str, key: &str) -> Answer {
    let headers = format!("idempotency-key: {key}\r\n");
    request(
        address,
        "POST",
        &format!("/v3alpha/users/bob/{operation}"),
        Some(TOKEN),
        &headers,
        "",
    )
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The kinds of all that has happened to Bob.
fn history(address: SocketAddr) -> Vec<String> {
    let answer = get(address, "/v1/events?userId=bob", Some(TOKEN));
    let events = json(&answer.body)["events"].as_array().cloned().unwrap_or_default();
    events
        .iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn of_parallel_copies_through_two_processes_one_is_done_and_all_get_its_answer() {
    const COPIES: usize = 50;
    let Some(pair) = ReplicaPair::start() else { return };
    pair.create_user("bob");
    let addresses = pair.replicas.each_ref().map(|replica| replica.address);
    assert_eq!(
        post(addresses[0], "/v3alpha/users/bob/lock", Some(TOKEN), "").status,
        200
    );

    let start = Barrier::new(COPIES);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let calls: Vec<_> = (0..COPIES)
            .map(|copy| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    change(addresses[copy % 2], "unlock", "one-key")
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });

    let first = &answers[0].body;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (200, first));
    }
    let replayed = answers
        .iter()
        .filter(|answer| answer.head.contains("idempotency-replayed: true"));
    assert_eq!(replayed.count(), COPIES - 1);
    assert_eq!(json(first)["details"]["sequence"], "3");
    assert_eq!(history(addresses[1]), ["user.created", "user.locked", "user.unlocked"]);
}

#[test]
fn a_server_that_dies_before_it_answers_has_done_it_once_or_not_at_all() {
    let Some(mut pair) = ReplicaPair::start() else { return };
    pair.create_user("bob");
    let mut expected = vec!["user.created".to_owned()];
    for round in 0..6 {
        let operation = if round % 2 == 0 { "lock" } else { "unlock" };
        let key = format!("round-{round}");
        let mut connection = TcpStream::connect(pair.replicas[0].address).unwrap();
        write!(
            connection,
            "POST /v3alpha/users/bob/{operation} HTTP/1.1\r\nhost: unlockd\r\nauthorization: Bearer {TOKEN}\r\n\
             idempotency-key: {key}\r\ncontent-length: 0\r\n\r\n"
        )
        .unwrap();
        // Sooner or later within the life of the request, from one round to the next.
        for _ in 0..round * 40 {
            thread::yield_now();
        }
        pair.crash(0);

        let answer = change(pair.replicas[1].address, operation, &key);

        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(json(&answer.body)["details"]["sequence"], (round + 2).to_string());
        expected.push(format!("user.{operation}ed"));
        assert_eq!(history(pair.replicas[1].address), expected);
    }
}
