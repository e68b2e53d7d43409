//! What has to be done now and then while the server runs.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use unlockd_application::{Error, Housekeeping};

/// How often locks are looked for that have expired. Users are active from the very moment; this is how much later the history
/// says so.
const INTERVAL: Duration = Duration::from_secs(1);

/// Every so many times useless rows are thrown away, too.
const PRUNING_EVERY: u64 = 60;

/// Keeps house until it is dropped. Every server of one database does; they leave each other's work alone.
pub(crate) async fn keep_house(housekeeping: Housekeeping) {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    for round in 0_u64.. {
        ticks.tick().await;
        let outcome = keep_house_once(&housekeeping, round % PRUNING_EVERY == 0).await;
        if let Err(error) = &outcome {
            if is_failing {
                tracing::debug!(%error, "housekeeping fails");
            } else {
                tracing::warn!(%error, "housekeeping fails, and is tried again every second");
            }
        }
        is_failing = outcome.is_err();
    }
}

async fn keep_house_once(housekeeping: &Housekeeping, prunes: bool) -> Result<(), Error> {
    let lifted = housekeeping.lift_expired_locks().await?;
    if lifted > 0 {
        tracing::debug!(locks = lifted, "locks have expired");
    }
    if prunes {
        housekeeping.prune().await?;
    }
    housekeeping.prune_events().await
}
