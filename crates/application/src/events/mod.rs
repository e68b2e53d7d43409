//! The use cases of `unlockd.event.v1.EventService`: the history of all users, read and watched.

mod feed;
mod list_events;
mod page_token;
mod places;
mod query_form;
mod queue;
mod tail;
mod watch_events;

use std::sync::Arc;

use async_trait::async_trait;

pub use list_events::{EventPage, ListEvents};
pub use query_form::{EventFilterForm, ListEventsForm, WatchEventsForm};
pub use watch_events::{WatchEvents, WatchUpdate};

use self::feed::EventFeed;
use crate::authentication::{Caller, LiveCaller};
use crate::error::Error;
use crate::ports::EventStore;
use crate::services::{EventService, EventWatch};

/// The use cases about events. Cheap to clone; clones share what they read for watchers.
///
/// Watching needs a Tokio runtime with a timer: while anybody watches, one task reads what is new.
#[derive(Clone)]
pub struct Events {
    store: Arc<dyn EventStore>,
    feed: EventFeed,
}

impl Events {
    /// The use cases on the port they need.
    #[must_use]
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Self {
            feed: EventFeed::new(Arc::clone(&store)),
            store,
        }
    }
}

#[async_trait]
impl EventService for Events {
    async fn list_events(&self, caller: &Caller, query: ListEvents) -> Result<EventPage, Error> {
        query.execute(&*self.store, caller).await
    }

    async fn watch_events(&self, caller: LiveCaller, query: WatchEvents) -> Result<Box<dyn EventWatch>, Error> {
        Ok(Box::new(query.execute(&self.feed, caller).await?))
    }
}
