//! A disposable PostgreSQL leaves nothing behind, however its process ends.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

use std::io::{BufRead, BufReader, stdin};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use sqlx::{Connection, PgConnection};
use unlockd_testkit::postgres::TestDatabase;

const HOLDER: &str = "postgres::holds_a_database_until_standard_input_ends";
const ANNOUNCEMENT: &str = "data directory: ";

async fn data_directory(database: &TestDatabase) -> String {
    let mut connection = PgConnection::connect(&database.url())
        .await
        .expect("the server answers");
    sqlx::query_scalar("SHOW data_directory")
        .fetch_one(&mut connection)
        .await
        .expect("the server says where its data are")
}

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (Some(one), Some(other)) = (TestDatabase::create().await, TestDatabase::create().await) else {
        return;
    };

    assert_ne!(one.url(), other.url());
    assert_eq!(data_directory(&one).await, data_directory(&other).await);
}

#[tokio::test]
async fn a_database_is_dropped_with_its_guard() {
    let (Some(one), Some(other)) = (TestDatabase::create().await, TestDatabase::create().await) else {
        return;
    };
    let url = one.url();
    let session = PgConnection::connect(&url).await.unwrap();

    drop(one);

    assert!(PgConnection::connect(&url).await.is_err());
    assert!(PgConnection::connect(&other.url()).await.is_ok());
    drop(session);
}

/// Not a test of anything: the process that the test below kills.
#[tokio::test]
#[ignore = "waits for its standard input to end"]
async fn holds_a_database_until_standard_input_ends() {
    let database = TestDatabase::create().await.expect("a local server");
    println!("{ANNOUNCEMENT}{}", data_directory(&database).await);
    assert_eq!(stdin().lines().count(), 0);
}

#[test]
fn nothing_is_left_of_a_server_whose_process_is_killed() {
    for signal in ["KILL", "INT"] {
        let mut holder = start_holder();
        let Some(data_directory) = announced_by(&mut holder) else {
            // There are no server programs on this machine, so there is nothing of ours that could stay.
            assert!(!holder.wait().unwrap().success());
            return;
        };
        assert!(process_of(&data_directory).is_some(), "no server in {data_directory}");

        let killed = Command::new("kill")
            .args(["-s", signal, &holder.id().to_string()])
            .status();
        assert!(killed.unwrap().success());
        assert!(!holder.wait().unwrap().success());

        let folder = Path::new(&data_directory).parent().unwrap();
        wait_until(|| process_of(&data_directory).is_none() && !folder.exists());
    }
}

fn start_holder() -> Child {
    Command::new(env::current_exe().expect("this program"))
        .args(["--exact", HOLDER, "--ignored", "--nocapture"])
        .env("UNLOCKD_TEST_POSTGRES", "local")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts")
}

fn announced_by(holder: &mut Child) -> Option<String> {
    let output = holder.stdout.take().expect("the output");
    BufReader::new(output)
        .lines()
        .map(|line| line.expect("a line"))
        .find_map(|line| Some(line.split_once(ANNOUNCEMENT)?.1.to_owned()))
}

/// The arguments of the server's process, if it runs.
fn process_of(data_directory: &str) -> Option<String> {
    let processes = Command::new("ps")
        .args(["-A", "-o", "args="])
        .output()
        .expect("ps runs");
    String::from_utf8_lossy(&processes.stdout)
        .lines()
        .find(|arguments| arguments.contains(data_directory))
        .map(str::to_owned)
}

fn wait_until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain");
        thread::yield_now();
    }
}
