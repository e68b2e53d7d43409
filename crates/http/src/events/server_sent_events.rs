//! Server-sent events (HTML standard, section 9.2.5).

use std::convert::Infallible;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::{FutureExt, Stream, stream};
use unlockd_application::events::WatchUpdate;
use unlockd_application::ports::RecordedEvent;
use unlockd_application::{Error, EventWatch, RequestContext};
use unlockd_domain::Position;
use utoipa::ToSchema;

use super::event::Event;
use crate::problem::noted;
use crate::status::Status;

/// What a watcher gets, until the watch fails or nobody reads any more.
pub(super) fn frames(
    watch: Box<dyn EventWatch>,
    context: Option<Arc<RequestContext>>,
) -> impl Stream<Item = Result<String, Infallible>> + Send {
    let watching = Watching {
        watch,
        has_begun: false,
    };
    stream::unfold((Some(watching), context), async |(watching, context)| {
        let mut watching = watching?;
        let frames = match AssertUnwindSafe(watching.next()).catch_unwind().await {
            Ok(Ok(frames)) => return Some((Ok(frames), (Some(watching), context))),
            Ok(Err(error)) => failure(&error, context.as_deref()),
            Err(panic) => failure(&Error::panicked(&*panic), context.as_deref()),
        };
        Some((Ok(frames), (None, context)))
    })
}

/// One of the stream. With an `id` alone it tells how far the watch has come, and nothing else: clients take note of it without
/// an event.
#[derive(Default, ToSchema)]
pub(crate) struct ServerSentEvent {
    /// The position up to which everything has been told: for `Last-Event-ID`.
    #[schema(nullable = false, pattern = "^[0-9]{1,19}$", example = "12")]
    id: Option<String>,
    /// The kind of the event, or `error`, with which a watch that fails ends.
    #[schema(nullable = false, example = "user.unlocked")]
    event: Option<String>,
    /// An `Event` as JSON, or a `Status` as JSON.
    #[schema(nullable = false, content_media_type = "application/json")]
    data: Option<String>,
}

struct Watching {
    watch: Box<dyn EventWatch>,
    has_begun: bool,
}

impl Watching {
    /// The frames of the next update.
    async fn next(&mut self) -> Result<String, Error> {
        let WatchUpdate { events, position } = self.watch.next().await?;
        let mut frames = Vec::<ServerSentEvent>::new();
        let mut told = None;
        if !self.has_begun {
            // A client that loses the connection before the first event knows where to go on.
            let beginning = events.first().map_or(position, |first| first.position.previous());
            frames.push(beginning.into());
            told = Some(beginning);
            self.has_begun = true;
        }
        for event in events {
            let position = event.position;
            frames.push(event.try_into()?);
            told = Some(position);
        }
        if told != Some(position) {
            frames.push(position.into());
        }
        Ok(frames.iter().map(ToString::to_string).collect())
    }
}

/// JSON has no line breaks of its own, so the data is one line.
impl fmt::Display for ServerSentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = [("id", &self.id), ("event", &self.event), ("data", &self.data)];
        for (name, value) in fields {
            if let Some(value) = value {
                writeln!(f, "{name}: {value}")?;
            }
        }
        f.write_str("\n")
    }
}

impl From<Position> for ServerSentEvent {
    fn from(position: Position) -> Self {
        Self {
            id: Some(position.to_string()),
            ..Self::default()
        }
    }
}

impl TryFrom<RecordedEvent> for ServerSentEvent {
    type Error = Error;

    fn try_from(event: RecordedEvent) -> Result<Self, Error> {
        let (position, kind) = (event.position, event.event.name());
        Ok(Self {
            id: Some(position.to_string()),
            event: Some(kind.to_string()),
            data: Some(serde_json::to_string(&Event::from(event)).map_err(Error::internal)?),
        })
    }
}

fn failure(error: &Error, context: Option<&RequestContext>) -> String {
    let status = Status::from(noted(error, context));
    let event = ServerSentEvent {
        id: None,
        event: Some("error".to_owned()),
        data: serde_json::to_string(&status).ok(),
    };
    event.to_string()
}
