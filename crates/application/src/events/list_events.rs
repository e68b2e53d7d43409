use unlockd_domain::{Permission, Position};

use super::page_token::PageToken;
use crate::authentication::Caller;
use crate::error::Error;
use crate::ports::{EventFilter, EventOrder, EventRange, EventStore, RecordedEvent, Visibility};

/// Reads a page of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEvents {
    /// Which events; what the caller may see goes into it when it is executed.
    pub filter: EventFilter,
    /// What comes first.
    pub order: EventOrder,
    /// How many at most: 1 to [`ListEvents::MAX_PAGE_SIZE`].
    pub page_size: u32,
    /// Where the page before this one has ended.
    pub(super) behind: Option<Position>,
}

/// The outcome of [`ListEvents`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// What happened.
    pub events: Vec<RecordedEvent>,
    /// Where the next page begins, if there is more.
    pub next_page_token: Option<String>,
    /// The last position that could have been on the page. When the last page of a listing forward has been read, watching
    /// behind this position goes on without a gap and without a repetition.
    pub position: Position,
}

impl ListEvents {
    /// How many are listed when no number is given.
    pub const DEFAULT_PAGE_SIZE: u32 = 100;
    /// The largest number that may be asked for.
    pub const MAX_PAGE_SIZE: u32 = 1_000;

    #[tracing::instrument(level = "debug", name = "application.list_events", skip_all)]
    pub(super) async fn execute(self, store: &dyn EventStore, caller: &Caller) -> Result<EventPage, Error> {
        let visibility = Visibility::from(&caller.require(Permission::UserRead)?);
        let position = store.settled().await?;
        let filter = EventFilter {
            visibility,
            ..self.filter.clone()
        };
        let mut events = store.select(&filter, &self.range(position)).await?;
        let is_more = events.len() > self.page_size as usize;
        events.truncate(self.page_size as usize);
        let last = events.last().filter(|_| is_more);
        let next_page_token = last.map(|last| PageToken::new(last.position, &self.filter, self.order).to_string());
        Ok(EventPage {
            events,
            next_page_token,
            position,
        })
    }

    /// What is left to be listed, with one event more than the page holds: it tells whether there is a next page.
    fn range(&self, settled: Position) -> EventRange {
        let (after, up_to) = match (self.order, self.behind) {
            (EventOrder::Forward, behind) => (behind.unwrap_or(Position::START), settled),
            (EventOrder::Backward, None) => (Position::START, settled),
            (EventOrder::Backward, Some(behind)) => (Position::START, behind.previous().min(settled)),
        };
        EventRange {
            after,
            up_to,
            order: self.order,
            limit: self.page_size + 1,
        }
    }
}
