use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Serialize;
use unlockd_application::events::{EventFilterForm, EventPage, ListEvents, ListEventsForm};
use unlockd_domain::{Position, Timestamp};
use utoipa::ToSchema;

use super::event::Event;
use super::event_filter::EventFilter;
use crate::authenticated::Authenticated;
use crate::integer::parse_digits;
use crate::query_string::QueryString;
use crate::refusal::Refusal;
use crate::router::Api;

/// Which part of history.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct Part {
    /// Those after this moment.
    #[param(format = DateTime, nullable = false)]
    after: Option<String>,
    /// Those before this moment.
    #[param(format = DateTime, nullable = false)]
    before: Option<String>,
    /// What comes first: the oldest (`forward`, which is meant without it) or the newest.
    #[param(inline, nullable = false)]
    order: Option<Order>,
    /// How many at most; 0 means 100.
    #[param(minimum = 0, maximum = 1000, nullable = false)]
    page_size: Option<u32>,
    /// The `nextPageToken` of the page before, with the same filters and order.
    #[param(max_length = 100, nullable = false)]
    page_token: Option<String>,
}

/// `unlockd.event.v1.EventOrder`, in short.
#[derive(Clone, Copy, ToSchema)]
#[schema(rename_all = "camelCase")]
enum Order {
    Forward = 1,
    Backward = 2,
}

/// A page of history (`unlockd.event.v1.ListEventsResponse`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventList {
    /// What happened; left out when there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Event>,
    /// Leads to the next page; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_page_token: Option<String>,
    /// The last position that could have been on the page; left out when it is 0. When the last page of a listing forward has
    /// been read, watching behind this position goes on without a gap and without a repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "12", pattern = "^[0-9]{1,20}$")]
    position: Option<String>,
}

/// Reads a page of history.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(EventFilter, Part),
    responses((status = 200, description = "What happened, within the caller's reach.", body = EventList)),
)]
#[tracing::instrument(level = "debug", name = "http.events.list", skip_all)]
pub(crate) async fn list_events(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    Listing(query): Listing,
) -> Result<Json<EventList>, Refusal> {
    let page = api.events.list_events(&caller, query).await?;
    Ok(Json(page.into()))
}

/// What the query string asks for.
pub(crate) struct Listing(ListEvents);

impl<S: Sync> FromRequestParts<S> for Listing {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut query = QueryString::of(&parts.uri);
        let (filter, part) = (EventFilter::take(&mut query), Part::take(&mut query));
        let moment = |text: String| Timestamp::parse_rfc3339(&text);
        let form = ListEventsForm {
            filter: EventFilterForm {
                after: part.after.map(moment),
                before: part.before.map(moment),
                ..filter.into()
            },
            order: part.order.map_or(0, |order| order as i32),
            page_size: part.page_size.unwrap_or_default(),
            page_token: part.page_token.unwrap_or_default(),
        };
        Ok(Self(query.finish(form.parse())?))
    }
}

impl Part {
    fn take(query: &mut QueryString) -> Self {
        Self {
            after: query.take("after"),
            before: query.take("before"),
            order: query.take_parsed("order", order),
            page_size: query.take_parsed("page_size", parse_digits),
            page_token: query.take("page_token"),
        }
    }
}

fn order(text: &str) -> Result<Order, &'static str> {
    match text {
        "forward" => Ok(Order::Forward),
        "backward" => Ok(Order::Backward),
        _ => Err("must be forward or backward"),
    }
}

impl From<EventPage> for EventList {
    fn from(page: EventPage) -> Self {
        Self {
            events: page.events.into_iter().map(Event::from).collect(),
            next_page_token: page.next_page_token,
            position: (page.position != Position::START).then(|| page.position.to_string()),
        }
    }
}
