use super::Surroundings;
use super::bench::Bench;
use crate::Failure;
use crate::clients::{Wire, Work};
use crate::report::{Growth, StoreReport};

/// The same load on stores of several sizes, in turn.
pub(super) async fn measure(surroundings: &Surroundings<'_>) -> Result<StoreReport, Failure> {
    let plan = surroundings.plan;
    let mut benches = Vec::new();
    for users in plan.users.iter().copied() {
        benches.push((users, Bench::open(surroundings, users, false).await?));
    }
    let (_, first) = benches.first().ok_or("there are no sizes")?;
    let largest = plan.users.last().copied().unwrap_or_default();
    let mut report = StoreReport::new(surroundings.kind, first.store.settings()?, largest);
    let mut growth: Vec<Growth> = plan
        .users
        .iter()
        .map(|users| Growth::of(*users, plan.saturating))
        .collect();
    for _ in 0..plan.rounds {
        for ((_, bench), size) in benches.iter_mut().zip(&mut growth) {
            let server = bench.serve().await?;
            let sample = bench
                .closed(&server, &Work::Changes(Wire::Json), plan.saturating)
                .await?;
            server.stop().await?;
            size.rounds.push(sample);
        }
    }
    report.growth = growth;
    for (_, bench) in &benches {
        report.verification.add(bench.verify().await?);
    }
    Ok(report)
}
