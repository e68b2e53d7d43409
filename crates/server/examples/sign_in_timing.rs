//! Measures whether the time of a failed sign-in tells if a user has the name. Tries 9 wrong passwords at 40 names that nobody
//! has, and at 40 names each of users who are active, locked by an operator, locked by the policy, and deactivated. Other 40
//! names that nobody has show what chance allows.
//!
//! ```sh
//! cargo run --release -p unlockd-server --example sign_in_timing
//! cargo run --release -p unlockd-server --example sign_in_timing -- --database-url postgres:///unlockd
//! ```

use std::env;
use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use clap::Parser;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use unlockd_server::command_line::CommandLine;
use unlockd_server::compose::Composition;
use unlockd_server::serve::Server;

const NAMES: usize = 40;
/// One fewer than the default policy lets fail.
const GUESSES: usize = 9;
const WRONG: &str = "a wrong password";

type Failure = Box<dyn Error + Send + Sync>;

/// Who has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// Nobody: the names that the others are compared with.
    Nobody,
    /// Nobody: what chance allows.
    NobodyElse,
    Active,
    LockedByOperator,
    LockedByPolicy,
    Deactivated,
}

const HOLDERS: [Holder; 6] = [
    Holder::Nobody,
    Holder::NobodyElse,
    Holder::Active,
    Holder::LockedByOperator,
    Holder::LockedByPolicy,
    Holder::Deactivated,
];

/// One name, and how long its failures took.
struct Name {
    holder: Holder,
    text: String,
    times: Vec<Duration>,
}

struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    token: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let folder_name = folder.path().to_str().ok_or("the folder has no name")?;
    let options: Vec<_> = env::args().skip(1).collect();
    let mut arguments = vec!["unlockd", "--listen", "127.0.0.1:0"];
    if options.is_empty() {
        arguments.extend(["--data-dir", folder_name]);
    }
    arguments.extend(options.iter().map(String::as_str));
    arguments.push("serve");
    let configuration = CommandLine::try_parse_from(arguments)?.settings.load()?;
    let composition = Composition::open(&configuration.database(), &configuration.passwords).await?;
    let prepared = composition.administration.prepare_bootstrap(None)?;
    composition.administration.bootstrap(&prepared).await?;
    let server = Server::bind(&composition, &configuration).await?;
    let caller = Caller {
        client: Client::builder(TokioExecutor::new()).build_http(),
        address: server.address(),
        token: prepared.secret.expose().to_owned(),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async { stopped.await.unwrap_or_default() }));
    let mut names = prepare(&caller).await?;
    for _ in 0..GUESSES {
        // Another order in each round: what else happens on the machine meets all names alike.
        let order = RandomState::new();
        names.sort_by_key(|name| order.hash_one(&name.text));
        for name in &mut names {
            let began = Instant::now();
            let status = caller.guess(&name.text).await?;
            name.times.push(began.elapsed());
            assert_eq!(status, StatusCode::FORBIDDEN, "{}", name.text);
        }
    }
    drop(stop);
    running.await?;
    report(&names);
    Ok(())
}

/// Creates the users, and lets the guesses of one address at many names through.
async fn prepare(caller: &Caller) -> Result<Vec<Name>, Failure> {
    let mut names = Vec::new();
    let set_policy = async |attempts: u32| {
        let policy = json!({ "maxPasswordAttempts": attempts, "sourceAttempts": 0, "maxSourceNames": 0, "maxSourceFailures": 0,
                             "lockDuration": "86400s" });
        caller.change(Method::PUT, "/v1/lockout-policy", &policy).await
    };
    set_policy(1).await?;
    for number in 0..NAMES {
        for holder in HOLDERS {
            let text = format!("{holder:?}-{number}").to_lowercase();
            let path = |operation| format!("/v3alpha/users/{text}/{operation}");
            if !matches!(holder, Holder::Nobody | Holder::NobodyElse) {
                let user = json!({
                    "userId": text, "organization": { "orgId": "default" },
                    "authenticators": { "usernames": [{ "username": text }], "password": { "password": "a right password" } },
                });
                caller.change(Method::POST, "/v3alpha/users", &user).await?;
            }
            match holder {
                Holder::LockedByOperator => caller.change(Method::POST, &path("lock"), &json!({})).await?,
                Holder::Deactivated => caller.change(Method::POST, &path("deactivate"), &json!({})).await?,
                Holder::LockedByPolicy => drop(caller.guess(&text).await?),
                Holder::Nobody | Holder::NobodyElse | Holder::Active => {}
            }
            names.push(Name {
                holder,
                text,
                times: Vec::new(),
            });
        }
    }
    set_policy(10).await?;
    Ok(names)
}

/// How well the times of two groups of names can be told apart: by the best limit for the median, whichever side is the slow
/// one, and by the chance that a name of one group is slower than one of the other (0.5: not at all).
fn report(names: &[Name]) {
    let medians = |holder| -> Vec<Duration> {
        let of_holder = names.iter().filter(|name| name.holder == holder);
        let mut medians: Vec<_> = of_holder.map(|name| median(&name.times)).collect();
        medians.sort_unstable();
        medians
    };
    let nobody = medians(Holder::Nobody);
    println!(
        "{:<20}{:>12}{:>22}{:>18}",
        "", "median", "told apart of 80", "chance slower"
    );
    println!("{:<20}{:>12.2?}", "Nobody", nobody[NAMES / 2]);
    for holder in &HOLDERS[1..] {
        let known = medians(*holder);
        let right = |limit: &Duration| {
            let slow = known.iter().filter(|time| *time >= limit).count();
            let fast = nobody.iter().filter(|time| *time < limit).count();
            (slow + fast).max(2 * NAMES - slow - fast)
        };
        let told_apart = known.iter().chain(&nobody).map(right).max().unwrap_or_default();
        let slower: usize = known
            .iter()
            .map(|time| nobody.iter().filter(|other| *other < time).count())
            .sum();
        let chance = slower * 100 / (NAMES * NAMES);
        println!(
            "{:<20}{:>12.2?}{told_apart:>22}{chance:>17}%",
            format!("{holder:?}"),
            known[NAMES / 2]
        );
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

impl Caller {
    /// Tries a wrong password.
    async fn guess(&self, name: &str) -> Result<StatusCode, Failure> {
        let checks = json!({ "checks": { "user": { "loginName": name }, "password": { "password": WRONG } } });
        self.call(Method::POST, "/v2/sessions", &checks).await
    }

    /// Makes a change that succeeds.
    async fn change(&self, method: Method, path: &str, body: &Value) -> Result<(), Failure> {
        let status = self.call(method, path, body).await?;
        if status.is_success() {
            Ok(())
        } else {
            Err(format!("{path}: {status}").into())
        }
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<StatusCode, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::from(body.to_string()))?;
        let response = self.client.request(request).await?;
        let status = response.status();
        response.into_body().collect().await?;
        Ok(status)
    }
}
