//! Does a flood of log-ins starve unlocks? Locks and unlocks users over JSON: alone, beside clients that read a user who
//! does not exist as fast as they are answered, and beside as many that try passwords. Clients and server share the machine, so
//! that any flood takes its part of it; what comparing passwords takes beyond that is the ratio of the latter two.
//!
//! ```sh
//! cargo run --release -p unlockd-server --example sign_in_flood
//! ```

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use clap::Parser;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use unlockd_server::command_line::CommandLine;
use unlockd_server::compose::Composition;
use unlockd_server::serve::Server;

/// How long each part takes.
const SPAN: Duration = Duration::from_secs(10);
/// Clients that lock and unlock, each a user of their own.
const OPERATORS: usize = 4;
/// Clients of a flood, each with a name of their own.
const CLIENTS: usize = 256;

/// What else goes on.
#[derive(Clone, Copy)]
enum Flood {
    /// Nothing.
    None,
    /// Users are read who do not exist.
    Reads,
    /// Passwords are tried.
    Guesses,
}

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Clone)]
struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    token: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let folder_name = folder.path().to_str().ok_or("the folder has no name")?;
    let arguments = ["unlockd", "--listen", "127.0.0.1:0", "--data-dir", folder_name, "serve"];
    let configuration = CommandLine::try_parse_from(arguments)?.settings.load()?;
    let composition = Composition::open(&configuration).await?;
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
    for operator in 0..OPERATORS {
        let user = json!({ "userId": format!("user-{operator}"), "organization": { "orgId": "default" } });
        let created = caller.call(Method::POST, "/v3alpha/users", &user.to_string()).await?;
        assert_eq!(created, StatusCode::CREATED);
    }
    // All guessers sit in one place; nothing but the comparing of passwords is to hold them up.
    let policy = json!({ "sourceAttempts": 0, "maxSourceNames": 0, "maxSourceFailures": 0 });
    let set = caller
        .call(Method::PUT, "/v1/lockout-policy", &policy.to_string())
        .await?;
    assert_eq!(set, StatusCode::OK);

    println!(
        "{:<24}{:>12}{:>12}{:>12}{:>14}{:>12}",
        "", "unlocks/s", "median", "p99", "comparisons/s", "refused/s"
    );
    measure(&caller, Flood::None).await?.print("alone");
    let reading = measure(&caller, Flood::Reads).await?;
    reading.print(&format!("beside {CLIENTS} readers"));
    let guessing = measure(&caller, Flood::Guesses).await?;
    guessing.print(&format!("beside {CLIENTS} guessers"));
    println!(
        "guessers against readers: {:.2} of the rate, {:.2} times the median",
        guessing.rate() / reading.rate(),
        guessing.percentile(50).as_secs_f64() / reading.percentile(50).as_secs_f64()
    );
    drop(stop);
    running.await?;
    Ok(())
}

/// What came of one part.
struct Measurement {
    /// Of the changes, sorted.
    latencies: Vec<Duration>,
    compared: u64,
    refused: u64,
}

async fn measure(caller: &Caller, flood: Flood) -> Result<Measurement, Failure> {
    let is_over = Arc::new(AtomicBool::new(false));
    let counts = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let mut flooding = JoinSet::new();
    for client in 0..CLIENTS {
        let name = format!("nobody-{client}");
        let checks =
            json!({ "checks": { "user": { "userId": name }, "password": { "password": "a wrong password" } } });
        let (method, path, body) = match flood {
            Flood::None => break,
            Flood::Reads => (Method::GET, format!("/v3alpha/users/{name}"), String::new()),
            Flood::Guesses => (Method::POST, "/v2/sessions".to_owned(), checks.to_string()),
        };
        let (caller, is_over, counts) = (caller.clone(), is_over.clone(), counts.clone());
        flooding.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                match caller.call(method.clone(), &path, &body).await {
                    Ok(StatusCode::FORBIDDEN) => counts[0].fetch_add(1, Ordering::Relaxed),
                    Ok(_) | Err(_) => counts[1].fetch_add(1, Ordering::Relaxed),
                };
            }
        });
    }
    let mut operating = JoinSet::new();
    for operator in 0..OPERATORS {
        let (caller, end) = (caller.clone(), Instant::now() + SPAN);
        operating.spawn(async move {
            let mut latencies = Vec::new();
            while Instant::now() < end {
                for operation in ["lock", "unlock"] {
                    let began = Instant::now();
                    let path = format!("/v3alpha/users/user-{operator}/{operation}");
                    let status = caller
                        .call(Method::POST, &path, "")
                        .await
                        .map_err(|error| error.to_string())?;
                    if status != StatusCode::OK {
                        return Err(format!("{operation}: {status}"));
                    }
                    latencies.push(began.elapsed());
                }
            }
            Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(done) = operating.join_next().await {
        latencies.extend(done??);
    }
    is_over.store(true, Ordering::Relaxed);
    flooding.join_all().await;
    latencies.sort_unstable();
    let [compared, refused] = [0, 1].map(|count: usize| counts[count].load(Ordering::Relaxed));
    Ok(Measurement {
        latencies,
        compared,
        refused,
    })
}

impl Measurement {
    /// Changes a second.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    fn rate(&self) -> f64 {
        self.latencies.len() as f64 / SPAN.as_secs_f64()
    }

    fn percentile(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied().unwrap_or_default()
    }

    fn print(&self, name: &str) {
        println!(
            "{name:<24}{:>12.0}{:>12.2?}{:>12.2?}{:>14}{:>12}",
            self.rate(),
            self.percentile(50),
            self.percentile(99),
            self.compared / SPAN.as_secs(),
            self.refused / SPAN.as_secs(),
        );
    }
}

impl Caller {
    async fn call(&self, method: Method, path: &str, body: &str) -> Result<StatusCode, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::from(body.to_owned()))?;
        let response = self.client.request(request).await?;
        let status = response.status();
        response.into_body().collect().await?;
        Ok(status)
    }
}
