use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use tonic::Status;
use unlockd_application::events::{EventFilterForm, WatchEventsForm, WatchUpdate};
use unlockd_application::{Error, EventService, EventWatch, RequestContext};
use unlockd_domain::Position;
use unlockd_proto::unlockd::event::v1::{WatchEventsRequest, WatchEventsResponse};

use super::event::event;
use crate::call::Call;
use crate::status;

type Message = Result<WatchEventsResponse, Status>;

/// What a watcher is told, one message after the other; a failure is the last of them.
pub(super) type WatchStream = Pin<Box<dyn Stream<Item = Message> + Send>>;

/// Tells what happens, as it happens.
#[tracing::instrument(level = "debug", name = "grpc.events.watch", skip_all)]
pub(super) async fn watch_events(
    events: &dyn EventService,
    call: Call<WatchEventsRequest>,
) -> Result<WatchStream, Error> {
    let query = form(call.message).parse()?;
    let telling = Telling {
        asked_for: query.after,
        watch: events.watch_events(call.live, query).await?,
        has_begun: false,
        context: call.context,
    };
    let updates = stream::unfold(Some(telling), |telling| async { Some(telling?.next().await) });
    Ok(Box::pin(updates.flat_map(stream::iter)))
}

fn form(message: WatchEventsRequest) -> WatchEventsForm {
    WatchEventsForm {
        filter: EventFilterForm {
            user_id: message.user_id,
            organization_id: message.organization_id,
            actor_id: message.actor_id,
            kinds: message.kinds,
            ..EventFilterForm::default()
        },
        after_position: message.after_position.map(Position::new),
    }
}

/// A watch under way.
struct Telling {
    watch: Box<dyn EventWatch>,
    /// Behind which position it was asked to begin, if behind any.
    asked_for: Option<Position>,
    /// Whether it has told where it begins.
    has_begun: bool,
    context: Option<Arc<RequestContext>>,
}

impl Telling {
    /// The messages of the next update, and what is left to be told after them.
    async fn next(mut self) -> (Vec<Message>, Option<Self>) {
        // Nobody else looks out for a panic: the call that began this was answered long ago.
        let update = AssertUnwindSafe(self.watch.next()).catch_unwind().await;
        match update.unwrap_or_else(|panic| Err(Error::panicked(&*panic))) {
            Ok(update) => (self.messages(&update).into_iter().map(Ok).collect(), Some(self)),
            Err(error) => (vec![Err(status::refuse(&error, self.context.as_deref()))], None),
        }
    }

    fn messages(&mut self, update: &WatchUpdate) -> Vec<WatchEventsResponse> {
        let mut messages = Vec::with_capacity(update.events.len() + 1);
        if !self.has_begun {
            self.has_begun = true;
            messages.push(without_event(self.asked_for.unwrap_or_else(|| before(update))));
        } else if update.events.is_empty() {
            messages.push(without_event(update.position));
        }
        messages.extend(update.events.iter().map(|recorded| WatchEventsResponse {
            event: Some(event(recorded)),
            position: recorded.position.get(),
        }));
        messages
    }
}

fn without_event(position: Position) -> WatchEventsResponse {
    WatchEventsResponse {
        event: None,
        position: position.get(),
    }
}

/// Up to where everything had been told before this update.
fn before(update: &WatchUpdate) -> Position {
    let first = update.events.first();
    first.map_or(update.position, |first| first.position.previous())
}

#[cfg(test)]
mod tests {
    use unlockd_application::ports::RecordedEvent;
    use unlockd_domain::Event;
    use unlockd_testkit::fixtures;

    use super::*;

    #[test]
    fn a_watch_from_now_on_begins_before_what_happened_at_once() {
        let position = |number| Position::new(number).unwrap();
        let quiet = WatchUpdate {
            events: Vec::new(),
            position: position(9),
        };
        let busy = WatchUpdate {
            events: [5, 7]
                .map(|number| RecordedEvent {
                    position: position(number),
                    event: Event::User(fixtures::new_user("alice", "default").change.event().clone()),
                })
                .into(),
            position: position(9),
        };
        assert_eq!(before(&quiet), position(9));
        assert_eq!(before(&busy), position(4));
    }
}
