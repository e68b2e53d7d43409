use std::sync::Arc;
use std::thread::available_parallelism;

use http::Method;
use serde_json::json;

use super::bench::Bench;
use super::hash_cost::LEAST;
use crate::Failure;
use crate::clients::{JsonClient, Work};
use crate::load::{Ledger, user_id};
use crate::report::{Samples, Subject};

const PASSWORD: &str = "correct horse battery staple";

/// Signing in without what hashing costs: a server whose hashes cost next to nothing, and users who have such hashes, so that
/// none is made anew.
pub(super) async fn measure(bench: &mut Bench<'_>, samples: &mut Samples) -> Result<(), Failure> {
    let connections = bench.plan.saturating;
    let (memory, passes, lanes) = LEAST;
    let server = bench
        .serve_with(&[
            format!("--password-hash-memory={memory}"),
            format!("--password-hash-iterations={passes}"),
            format!("--password-hash-parallelism={lanes}"),
            format!("--password-hash-threads={}", available_parallelism()?),
            format!("--password-hash-queue={connections}"),
        ])
        .await?;
    let model = user_id(*bench.regions.sign_in.start());
    let mut owner = JsonClient::connect(&server.target()?).await?;
    let password = json!({ "newPassword": { "password": PASSWORD } });
    owner
        .request(
            Method::POST,
            &format!("/v3alpha/users/{model}/password"),
            password.to_string(),
        )
        .await?;
    bench.store.spread_password(&model, &bench.regions.sign_in).await?;
    let mut users = Ledger::active(bench.regions.sign_in.clone());
    for _ in 0..bench.plan.rounds {
        let work = Work::SignIns(Arc::from(PASSWORD));
        let sample = bench.sign_in(&server, &work, connections, &mut users).await?;
        samples.add(Subject::SignIn, connections, sample);
    }
    server.stop().await
}
