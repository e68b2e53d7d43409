//! `unlockd.event.v1.EventService`, one handler a file: hand over the parameters, call, map, return.

mod event;
mod event_filter;
pub(crate) mod list_events;
mod server_sent_events;
pub(crate) mod watch_events;

pub(crate) use event::Event;
pub(crate) use list_events::list_events;
pub(crate) use watch_events::watch_events;
