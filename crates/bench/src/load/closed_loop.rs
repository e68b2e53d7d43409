use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::clock::Window;
use super::crew::{LoadOutcome, Member, gather, muster};
use super::users::Ledger;
use crate::Failure;
use crate::clients::{Target, Work};
use crate::cpu::CpuMeter;

/// So many clients ask, each as soon as it has its answer. What is answered within the window counts.
pub(crate) async fn closed_loop(
    target: &Target,
    work: &Work,
    connections: u16,
    (warm_up, length): (Duration, Duration),
    ledger: &mut Ledger,
    meter: &CpuMeter,
) -> Result<LoadOutcome, Failure> {
    let members = muster(target, work, ledger.deal(connections.into())).await?;
    let window = Window::starting_now(warm_up, length);
    let mut running = JoinSet::new();
    for (place, member) in members.into_iter().enumerate() {
        running.spawn(async move { Ok((place, ask(member, window).await?)) });
    }
    let cpu = window.watch(meter).await?;
    let (parts, tally) = gather(&mut running).await?;
    ledger.collect(parts);
    Ok(LoadOutcome {
        counted: tally.latencies.len(),
        tally,
        seconds: window.seconds(),
        cpu,
    })
}

async fn ask(mut member: Member, window: Window) -> Result<Member, Failure> {
    let mut began = Instant::now();
    while began < window.end {
        let is_success = member.call().await?;
        let answered = Instant::now();
        if is_success && window.counts(answered) {
            member.tally.record(answered - began);
        }
        began = answered;
    }
    Ok(member)
}
