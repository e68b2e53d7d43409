//! `unlockd.event.v1.EventService`, one file an RPC: hand over the fields, call, map, return.

mod event;
mod list_events;
mod watch_events;

use std::sync::Arc;

use tonic::{Request, Response, Status};
use unlockd_application::EventService;
use unlockd_proto::unlockd::event::v1::{
    ListEventsRequest, ListEventsResponse, WatchEventsRequest, event_service_server,
};

use self::watch_events::WatchStream;
use crate::call::answer;

/// The RPCs on top of the use cases.
pub(crate) struct EventRpcs {
    events: Arc<dyn EventService>,
}

impl EventRpcs {
    pub(crate) fn new(events: Arc<dyn EventService>) -> Self {
        Self { events }
    }
}

#[tonic::async_trait]
impl event_service_server::EventService for EventRpcs {
    async fn list_events(&self, request: Request<ListEventsRequest>) -> Result<Response<ListEventsResponse>, Status> {
        answer(request, |call| list_events::list_events(&*self.events, call)).await
    }

    type WatchEventsStream = WatchStream;

    async fn watch_events(&self, request: Request<WatchEventsRequest>) -> Result<Response<WatchStream>, Status> {
        answer(request, |call| watch_events::watch_events(&*self.events, call)).await
    }
}
