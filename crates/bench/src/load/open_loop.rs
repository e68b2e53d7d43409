use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::clock::Window;
use super::crew::{LoadOutcome, Member, gather, muster};
use super::users::Ledger;
use crate::Failure;
use crate::clients::{Target, Work};
use crate::cpu::CpuMeter;

/// Requests come at fixed moments, whether or not earlier ones are answered. The latency of each counts from the moment it was
/// due, so that waiting for a free client is a part of it. What is due within the window counts, whenever it is answered.
pub(crate) async fn open_loop(
    target: &Target,
    work: &Work,
    (connections, per_second): (u16, f64),
    (warm_up, length): (Duration, Duration),
    ledger: &mut Ledger,
    meter: &CpuMeter,
) -> Result<LoadOutcome, Failure> {
    let members = muster(target, work, ledger.deal(connections.into())).await?;
    let schedule = Arc::new(Schedule {
        window: Window::starting_now(warm_up, length),
        interval: Duration::from_secs_f64(per_second.recip()),
        taken: AtomicU64::new(0),
        due: Semaphore::new(0),
        is_over: AtomicBool::new(false),
    });
    let pacer = {
        let schedule = Arc::clone(&schedule);
        thread::spawn(move || schedule.pace())
    };
    let mut running = JoinSet::new();
    for (place, member) in members.into_iter().enumerate() {
        let schedule = Arc::clone(&schedule);
        running.spawn(async move { Ok((place, ask(member, &schedule).await?)) });
    }
    let cpu = schedule.window.watch(meter).await?;
    let gathered = gather(&mut running).await;
    schedule.is_over.store(true, Ordering::Relaxed);
    pacer.join().map_err(|_| "the pacemaker has stopped")?;
    let (parts, tally) = gathered?;
    ledger.collect(parts);
    Ok(LoadOutcome {
        counted: tally.latencies.len(),
        tally,
        seconds: schedule.window.seconds(),
        cpu,
    })
}

struct Schedule {
    window: Window,
    interval: Duration,
    /// How many requests somebody has taken upon themselves.
    taken: AtomicU64,
    /// A permit for each request that is due and that nobody has taken.
    due: Semaphore,
    is_over: AtomicBool,
}

impl Schedule {
    /// The moment of a request by its number.
    fn moment(&self, number: u64) -> Instant {
        let seconds = self.interval.as_secs_f64() * approximate(number);
        self.window.start + Duration::from_secs_f64(seconds)
    }

    /// Gives a permit at each moment. On a thread of its own: the timers of the runtime tick by the millisecond only.
    fn pace(&self) {
        for number in 0.. {
            let moment = self.moment(number);
            if moment >= self.window.end || self.is_over.load(Ordering::Relaxed) {
                break;
            }
            thread::sleep(moment.saturating_duration_since(Instant::now()));
            self.due.add_permits(1);
        }
        // Whoever still waits need not any more; who takes a request while there are any goes first.
        self.due.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// The moment of the next request, once it is due; none after the last one.
    async fn next(&self) -> Result<Option<Instant>, Failure> {
        self.due.acquire().await?.forget();
        let moment = self.moment(self.taken.fetch_add(1, Ordering::Relaxed));
        Ok((moment < self.window.end).then_some(moment))
    }
}

async fn ask(mut member: Member, schedule: &Schedule) -> Result<Member, Failure> {
    while let Some(due) = schedule.next().await? {
        let is_success = member.call().await?;
        if is_success && schedule.window.counts(due) {
            member.tally.record(due.elapsed());
        }
    }
    Ok(member)
}

#[expect(clippy::cast_precision_loss, reason = "nobody measures that long")]
fn approximate(number: u64) -> f64 {
    number as f64
}
