//! Several server processes on one PostgreSQL.

use std::sync::Barrier;
use std::thread;

use serde_json::Value;

use crate::replica_pair::{ReplicaPair, TOKEN};
use crate::running::{get, post};

const CALLS: usize = 200;

#[test]
fn of_200_parallel_unlocks_through_two_processes_exactly_one_succeeds() {
    let Some(pair) = ReplicaPair::start() else { return };
    let replicas = &pair.replicas;
    pair.create_user("bob");
    assert_eq!(
        post(replicas[1].address, "/v3alpha/users/bob/lock", Some(TOKEN), "").status,
        200
    );

    let start = Barrier::new(CALLS);
    let outcomes: Vec<(u16, String)> = thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS)
            .map(|call| {
                let (start, address) = (&start, replicas[call % 2].address);
                scope.spawn(move || {
                    start.wait();
                    let answer = post(address, "/v3alpha/users/bob/unlock", Some(TOKEN), "");
                    let body: Value = serde_json::from_str(&answer.body).unwrap();
                    (
                        answer.status,
                        body["details"][0]["reason"].as_str().unwrap_or_default().to_owned(),
                    )
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });

    let count = |status, reason: &str| {
        outcomes
            .iter()
            .filter(|outcome| **outcome == (status, reason.to_owned()))
            .count()
    };
    assert_eq!(
        (count(200, ""), count(400, "USER_NOT_LOCKED")),
        (1, CALLS - 1),
        "{outcomes:?}"
    );
    let user: Value = serde_json::from_str(&get(replicas[1].address, "/v3alpha/users/bob", Some(TOKEN)).body).unwrap();
    assert_eq!(
        (&user["user"]["state"], &user["user"]["details"]["sequence"]),
        (&"USER_STATE_ACTIVE".into(), &"3".into())
    );
}
