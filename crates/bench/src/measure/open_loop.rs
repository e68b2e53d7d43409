use super::bench::Bench;
use crate::Failure;
use crate::clients::{Wire, Work};
use crate::report::{Samples, Subject};
use crate::server_process::ServerProcess;

/// How much more connections than where the rate was found: a request must not wait for one as long as the server keeps up.
const SPARE: u16 = 4;

/// Changes over JSON at a fixed rate; answers which.
pub(super) async fn measure(
    bench: &mut Bench<'_>,
    server: &ServerProcess,
    samples: &mut Samples,
) -> Result<f64, Failure> {
    let (work, saturating) = (Work::Changes(Wire::Json), bench.plan.saturating);
    let rate = match (bench.plan.rate, samples.per_second(Subject::Json, saturating)) {
        (Some(rate), _) => f64::from(rate),
        (None, Some(saturated)) => saturated / 2.0,
        (None, None) => bench.closed(server, &work, saturating).await?.per_second / 2.0,
    };
    let connections = saturating * SPARE;
    for _ in 0..bench.plan.rounds {
        let sample = bench.open_loop(server, &work, connections, rate).await?;
        samples.add(Subject::OpenLoop, connections, sample);
    }
    Ok(rate)
}
