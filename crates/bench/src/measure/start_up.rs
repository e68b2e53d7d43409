use super::bench::Bench;
use crate::Failure;
use crate::report::{StartUp, median, milliseconds};

/// How long it takes on the store as it is until the server listens.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<StartUp, Failure> {
    let mut times = Vec::new();
    for _ in 0..bench.plan.starts {
        let server = bench.serve().await?;
        times.push(milliseconds(server.started_in));
        server.stop().await?;
    }
    Ok(StartUp {
        median_ms: median(times.iter().copied()).ok_or("the server was not started")?,
        times_ms: times,
    })
}
