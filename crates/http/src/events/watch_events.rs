use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use unlockd_application::RequestContext;
use unlockd_application::events::{WatchEvents, WatchEventsForm};
use unlockd_domain::{Position, PositionOutOfRange};

use super::event_filter::EventFilter;
use super::server_sent_events::{ServerSentEvent, frames};
use crate::authenticated::AuthenticatedForLong;
use crate::integer::parse_digits;
use crate::query_string::QueryString;
use crate::refusal::Refusal;
use crate::router::Api;

/// Where a watcher who comes again has got to (HTML standard, section 9.2.4).
const LAST_EVENT_ID: &str = "last-event-id";

/// Keeps proxies from holding back what they have not got enough of.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// From where on.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct Beginning {
    /// Only what is behind this position; 0 for everything. From now on, if it is left out.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,19}$", nullable = false)]
    after_position: Option<Position>,
    #[param(ignore)]
    last_event_id: Option<Position>,
}

/// Tells each event once, in the order of positions, as it happens.
///
/// A stream of server-sent events. It begins with an `id` alone: the position from which on is watched. Each event has its
/// position as `id`, its kind as `event`, and in `data` an `Event` as JSON. In a silence an `id` alone comes every 15 seconds.
/// A watch that fails ends with an `event` named `error`, whose `data` is a `google.rpc.Status` as JSON.
#[utoipa::path(
    get,
    path = "/v1/events:watch",
    tag = "events",
    params(
        EventFilter,
        Beginning,
        (
            "Last-Event-ID" = Option<String>, Header, pattern = "^[0-9]{1,19}$", nullable = false,
            description = "The same as `afterPosition`, and goes before it: what browsers send when they connect again.",
        ),
    ),
    responses((
        status = 200,
        description = "What happens, within the caller's reach. It goes on until the client ends it, or the caller may not \
                       watch any more.",
        body = ServerSentEvent,
        content_type = "text/event-stream",
        example = json!("id: 11\n\nid: 12\nevent: user.unlocked\ndata: {\"position\":\"12\",\"userId\":\"eva\",\
                         \"sequence\":\"3\",\"kind\":\"user.unlocked\",\"organizationId\":\"default\",\
                         \"actorId\":\"admin\",\"time\":\"2024-06-25T13:35:39.148123Z\",\"unlockCause\":\"UNLOCK_CAUSE_OPERATOR\"}\n\n"),
    )),
)]
#[tracing::instrument(level = "debug", name = "http.events.watch", skip_all)]
pub(crate) async fn watch_events(
    State(api): State<Api>,
    AuthenticatedForLong(caller): AuthenticatedForLong,
    context: Option<Extension<Arc<RequestContext>>>,
    Watching(query): Watching,
) -> Result<Response, Refusal> {
    let watch = api.events.watch_events(caller, query).await?;
    let headers = [(CONTENT_TYPE, "text/event-stream"), (ACCEL_BUFFERING, "no")];
    let frames = frames(watch, context.map(|Extension(context)| context));
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// What query string and header ask for.
pub(crate) struct Watching(WatchEvents);

impl<S: Sync> FromRequestParts<S> for Watching {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut query = QueryString::of(&parts.uri);
        let (filter, beginning) = (
            EventFilter::take(&mut query),
            Beginning::take(&mut query, &parts.headers),
        );
        let form = WatchEventsForm {
            filter: filter.into(),
            after_position: beginning.last_event_id.or(beginning.after_position).map(Ok),
        };
        Ok(Self(query.finish(form.parse())?))
    }
}

impl Beginning {
    fn take(query: &mut QueryString, headers: &HeaderMap) -> Self {
        let mut ids = headers.get_all(LAST_EVENT_ID).iter();
        let last_event_id = ids.next().and_then(|id| {
            let position = position(id.to_str().unwrap_or_default());
            position.map_err(|problem| query.note(LAST_EVENT_ID, problem)).ok()
        });
        if ids.next().is_some() {
            query.note(LAST_EVENT_ID, "must not be given twice");
        }
        Self {
            after_position: query.take_parsed("after_position", position),
            last_event_id,
        }
    }
}

fn position(text: &str) -> Result<Position, PositionOutOfRange> {
    Position::new(parse_digits(text).map_err(|_| PositionOutOfRange)?)
}
