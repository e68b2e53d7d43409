//! A disposable PostgreSQL leaves nothing behind, however its process ends.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use sqlx::{Connection, PgConnection};
use unlockd_testkit::postgres::TestDatabase;

async fn data_directory(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.expect("the server answers");
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
    assert_eq!(data_directory(&one.url()).await, data_directory(&other.url()).await);
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

#[tokio::test]
async fn nothing_is_left_of_a_server_whose_process_is_killed() {
    for signal in ["KILL", "INT"] {
        let mut holder = start_holder();
        let Some(url) = announced_by(&mut holder) else {
            // There are no server programs on this machine, so there is nothing of ours that could stay.
            assert!(!holder.wait().unwrap().success());
            return;
        };
        let data_directory = data_directory(&url).await;
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

/// The example of this package, which holds a database until its standard input ends.
fn start_holder() -> Child {
    let program = env::current_exe().expect("this program");
    let build = program.ancestors().nth(2).expect("the folder of the build");
    Command::new(build.join("examples/with_postgres"))
        .args(["URL", "sh", "-c", r#"echo "$URL"; cat"#])
        .env("UNLOCKD_TEST_POSTGRES", "local")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the examples are built: cargo build -p unlockd-testkit --examples")
}

fn announced_by(holder: &mut Child) -> Option<String> {
    let output = holder.stdout.take().expect("the output");
    BufReader::new(output).lines().map_while(Result::ok).next()
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
