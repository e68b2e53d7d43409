use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime;
use tokio::sync::oneshot;

use super::sqlite::SqliteFile;
use super::sqlite_sql::{CHANGE_BARE_TABLES, CHANGE_SAME_TABLES};
use crate::Failure;
use crate::cpu::{ClientProcess, CpuMeter};
use crate::load::{LoadOutcome, Region, Tally, Window, user_id};
use crate::moment::unix_microseconds;

/// Bare SQL, as fast as one connection can: a tight loop on a thread and a runtime of its own, one durable transaction for each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BareLoop {
    /// In tables like the server's.
    SameTables,
    /// In tables that have the least.
    BareTables,
}

impl BareLoop {
    /// Changes users of the region one after the other, in an order that jumps about.
    pub(crate) async fn run(
        self,
        file: &SqliteFile,
        region: Region,
        span: (Duration, Duration),
    ) -> Result<LoadOutcome, Failure> {
        let (file, (answer, answered)) = (file.clone(), oneshot::channel());
        thread::spawn(move || {
            let outcome = runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(Failure::from)
                .and_then(|runtime| runtime.block_on(self.change(&file, &region, span)));
            // Nobody asks any more when the benchmark was interrupted.
            drop(answer.send(outcome));
        });
        answered.await?
    }

    async fn change(
        self,
        file: &SqliteFile,
        region: &Region,
        (warm_up, length): (Duration, Duration),
    ) -> Result<LoadOutcome, Failure> {
        let statement = match self {
            Self::SameTables => CHANGE_SAME_TABLES,
            Self::BareTables => CHANGE_BARE_TABLES,
        };
        let mut connection = file.connect().await?;
        let meter = CpuMeter {
            server: None,
            database: None,
            clients: ClientProcess::This,
        };
        let mut tally = Tally::new()?;
        let window = Window::starting_now(warm_up, length);
        let mut before = meter.read()?;
        let mut is_warm = false;
        let mut began = Instant::now();
        for number in jumping(region).cycle() {
            if !is_warm && began >= window.begin {
                (is_warm, before) = (true, meter.read()?);
            }
            if began >= window.end {
                break;
            }
            sqlx::query(statement)
                .bind(user_id(number))
                .bind(unix_microseconds())
                .execute(&mut connection)
                .await?;
            tally.acknowledged += 1;
            let done = Instant::now();
            if window.counts(done) {
                tally.record(done - began);
            }
            began = done;
        }
        let cpu = meter.read()?.since(&before);
        sqlx::Connection::close(connection).await?;
        Ok(LoadOutcome {
            counted: tally.latencies.len(),
            tally,
            seconds: window.seconds(),
            cpu,
        })
    }
}

/// All numbers of the region once, far apart from each other: the step is a prime.
fn jumping(region: &Region) -> impl Iterator<Item = u32> + Clone {
    const STEP: u64 = 1_000_003;
    let (first, count) = (*region.start(), u64::from(region.end() - region.start()) + 1);
    (0..count).map(move |index| first + u32::try_from(index * STEP % count).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_user_has_their_turn() {
        let numbers: BTreeSet<u32> = jumping(&(11..=1_010)).collect();

        assert_eq!(
            (numbers.len(), numbers.first(), numbers.last()),
            (1_000, Some(&11), Some(&1_010))
        );
    }
}
