//! Wrong passwords by the hundred, through two processes, and locks that nobody has to lift.

use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::replica_pair::{ReplicaPair, TOKEN};
use crate::running::{Answer, get, post, request};

const PASSWORD: &str = "correct horse battery staple";
/// What the default policy allows.
const MAX_ATTEMPTS: usize = 10;
/// More than two servers under load need.
const PATIENCE: Duration = Duration::from_mins(1);

fn create_bob(address: SocketAddr) {
    let user = json!({
        "userId": "bob",
        "organization": { "orgId": "default" },
        "authenticators": { "usernames": [{ "username": "bob" }], "password": { "password": PASSWORD } },
    });
    let created = post(address, "/v3alpha/users", Some(TOKEN), &user.to_string());
    assert_eq!(created.status, 201, "{}", created.body);
}

fn set_policy(address: SocketAddr, policy: &Value) {
    let headers = "content-type: application/json\r\n";
    let set = request(
        address,
        "PUT",
        "/v1/lockout-policy",
        Some(TOKEN),
        headers,
        &policy.to_string(),
    );
    assert_eq!(set.status, 200, "{}", set.body);
}

fn sign_in(address: SocketAddr, password: &str) -> Answer {
    let checks = json!({ "checks": { "user": { "loginName": "bob" }, "password": { "password": password } } });
    post(address, "/v2/sessions", Some(TOKEN), &checks.to_string())
}

fn reason(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["details"][0]["reason"].as_str().unwrap_or_default().to_owned()
}

fn history(address: SocketAddr) -> Vec<Value> {
    let answer = get(address, "/v1/events?userId=bob", Some(TOKEN));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["events"].as_array().cloned().unwrap_or_default()
}

fn kinds(address: SocketAddr) -> Vec<String> {
    let kind = |event: &Value| event["kind"].as_str().unwrap().to_owned();
    let kinds = history(address).iter().map(kind).collect::<Vec<_>>();
    // Attempts behind the lock, and refused ones, are told without changing the user.
    kinds.into_iter().filter(|kind| kind.starts_with("user.")).collect()
}

/// Many guesses at once, some through each process.
fn guess(addresses: [SocketAddr; 2], guesses: usize) -> Vec<Answer> {
    let start = Barrier::new(guesses);
    thread::scope(|scope| {
        let calls: Vec<_> = (0..guesses)
            .map(|guess| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    sign_in(addresses[guess % 2], &format!("wrong password {guess}"))
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

fn assert_locked_by_exactly_as_many_as_are_allowed(addresses: [SocketAddr; 2], answers: &[Answer]) {
    for answer in answers {
        match answer.status {
            403 => assert_eq!(reason(answer), "INVALID_CREDENTIALS"),
            429 => assert_eq!(reason(answer), "TOO_MANY_ATTEMPTS"),
            status => panic!("{status}: {}", answer.body),
        }
    }
    let mut expected = vec!["user.created"];
    expected.extend(["user.password.check.failed"; MAX_ATTEMPTS]);
    expected.push("user.locked");
    assert_eq!(kinds(addresses[0]), expected);
    assert_eq!(kinds(addresses[1]), expected);
}

#[test]
fn of_500_guesses_at_once_from_many_places_10_are_counted_and_lock_once() {
    let Some(pair) = ReplicaPair::start() else { return };
    let addresses = pair.replicas.each_ref().map(|replica| replica.address);
    create_bob(addresses[0]);
    // Every guess comes from here; as if each came from somewhere else.
    set_policy(addresses[0], &json!({ "sourceAttempts": 0, "maxSourceFailures": 0 }));

    let answers = guess(addresses, 500);

    assert_locked_by_exactly_as_many_as_are_allowed(addresses, &answers);
    for address in addresses {
        let refused = sign_in(address, PASSWORD);
        assert_eq!(
            (refused.status, reason(&refused).as_str()),
            (403, "INVALID_CREDENTIALS")
        );
    }
    let unlocked = post(addresses[1], "/v3alpha/users/bob/unlock", Some(TOKEN), "");
    assert_eq!(unlocked.status, 200, "{}", unlocked.body);
    assert_eq!(sign_in(addresses[0], PASSWORD).status, 201);
}

#[test]
fn of_500_guesses_at_once_from_one_place_10_are_looked_at() {
    let Some(pair) = ReplicaPair::start() else { return };
    let addresses = pair.replicas.each_ref().map(|replica| replica.address);
    create_bob(addresses[0]);

    let answers = guess(addresses, 500);

    assert_locked_by_exactly_as_many_as_are_allowed(addresses, &answers);
    let looked_at = answers.iter().filter(|answer| answer.status == 403).count();
    assert_eq!(looked_at, MAX_ATTEMPTS);
    let refused = sign_in(addresses[1], PASSWORD);
    assert_eq!((refused.status, reason(&refused).as_str()), (429, "TOO_MANY_ATTEMPTS"));
    assert!(refused.head.contains("\r\nretry-after: "), "{}", refused.head);
}

#[test]
fn a_lock_ends_by_itself_and_two_processes_write_that_down_once() {
    let Some(pair) = ReplicaPair::start() else { return };
    let addresses = pair.replicas.each_ref().map(|replica| replica.address);
    create_bob(addresses[0]);
    set_policy(
        addresses[1],
        &json!({ "maxPasswordAttempts": 1, "lockDuration": "0.5s", "sourceAttempts": 0 }),
    );
    assert_eq!(sign_in(addresses[0], "a wrong password").status, 403);

    wait_until("the lock is written down as expired", || {
        kinds(addresses[1]).last().is_some_and(|kind| kind == "user.unlocked")
    });

    let events = history(addresses[0]);
    let (locked, unlocked) = (&events[2], &events[3]);
    assert_eq!(events.len(), 4);
    assert_eq!(unlocked["unlockCause"], "UNLOCK_CAUSE_EXPIRED");
    assert_eq!(unlocked["time"], locked["lockUntil"]);
    assert_eq!(sign_in(addresses[1], PASSWORD).status, 201);
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        thread::yield_now();
    }
}
