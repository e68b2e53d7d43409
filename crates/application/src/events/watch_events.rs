use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep_until};
use unlockd_domain::{Permission, Position};

use super::feed::EventFeed;
use super::places::Place;
use super::tail::{Follower, Tail};
use crate::authentication::{Caller, LiveCaller};
use crate::error::Error;
use crate::ports::{EventFilter, RecordedEvent, Visibility};
use crate::services::EventWatch;

/// How often a watcher's token is asked for again.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(1);

/// The longest silence: proxies take a connection on which nothing happens for a dead one.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

/// Watches what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchEvents {
    /// Which events; what the caller may see goes into it when it is executed.
    pub filter: EventFilter,
    /// Behind which position; from now on, without one.
    pub after: Option<Position>,
}

/// What a watcher is told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchUpdate {
    /// What happened, in the order of positions; may be nothing.
    pub events: Vec<RecordedEvent>,
    /// Everything up to here has been told: where to go on after a break.
    pub position: Position,
}

impl WatchEvents {
    #[tracing::instrument(level = "debug", name = "application.watch_events", skip_all)]
    pub(super) async fn execute(self, feed: &EventFeed, live: LiveCaller) -> Result<Watching, Error> {
        let visibility = visibility(live.caller())?;
        let place = feed.enter(live.caller().user_id())?;
        let settled = feed.settled().await?;
        let position = self.after.unwrap_or(settled);
        if position > settled {
            return Err(Error::invalid("after_position", "must not be behind the last event"));
        }
        let tail = feed.tail(settled);
        let now = Instant::now();
        Ok(Watching {
            filter: EventFilter {
                visibility,
                ..self.filter
            },
            live,
            position,
            follower: tail.follow(),
            tail,
            renewed_at: now,
            told_at: None,
            _place: place,
        })
    }
}

fn visibility(caller: &Caller) -> Result<Visibility, Error> {
    Ok(Visibility::from(&caller.require(Permission::UserRead)?))
}

/// One watch.
pub(super) struct Watching {
    filter: EventFilter,
    live: LiveCaller,
    /// Everything up to here has been told.
    position: Position,
    tail: Arc<Tail>,
    follower: Follower,
    renewed_at: Instant,
    /// When something was told for the last time.
    told_at: Option<Instant>,
    _place: Place,
}

#[async_trait]
impl EventWatch for Watching {
    async fn next(&mut self) -> Result<WatchUpdate, Error> {
        loop {
            self.renew().await?;
            let head = self.follower.head()?;
            let mut events = Vec::new();
            let mut reached = self.position;
            if reached < head {
                (events, reached) = self.tail.read(&self.filter, reached, head).await?;
            }
            let silence_ends = self.told_at.map(|told_at| told_at + LONGEST_SILENCE);
            let is_due = silence_ends.is_none_or(|end| end <= Instant::now());
            // Nothing is waited for from here on: what is told is told.
            self.position = reached;
            if is_due || !events.is_empty() {
                self.told_at = Some(Instant::now());
                return Ok(WatchUpdate {
                    events,
                    position: self.position,
                });
            }
            if self.position < head {
                continue;
            }
            let renewal = self.renewed_at + RENEWAL_INTERVAL;
            let wake_up = silence_ends.map_or(renewal, |end| end.min(renewal));
            tokio::select! {
                () = self.follower.advanced() => {}
                () = sleep_until(wake_up) => {}
            }
        }
    }
}

impl Watching {
    /// Whether the caller still may watch, and what: asked before anything is shown.
    async fn renew(&mut self) -> Result<(), Error> {
        if self.renewed_at.elapsed() >= RENEWAL_INTERVAL {
            self.filter.visibility = visibility(self.live.renew().await?)?;
            self.renewed_at = Instant::now();
        }
        Ok(())
    }
}
