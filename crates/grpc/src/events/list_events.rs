use unlockd_application::events::{EventFilterForm, ListEventsForm};
use unlockd_application::{Error, EventService};
use unlockd_proto::unlockd::event::v1::{ListEventsRequest, ListEventsResponse};

use super::event::event;
use crate::call::Call;
use crate::timestamp;

/// Reads a page of history.
#[tracing::instrument(level = "debug", name = "grpc.events.list", skip_all)]
pub(super) async fn list_events(
    events: &dyn EventService,
    call: Call<ListEventsRequest>,
) -> Result<ListEventsResponse, Error> {
    let query = form(call.message).parse()?;
    let page = events.list_events(call.live.caller(), query).await?;
    Ok(ListEventsResponse {
        events: page.events.iter().map(event).collect(),
        next_page_token: page.next_page_token.unwrap_or_default(),
        position: page.position.get(),
    })
}

fn form(message: ListEventsRequest) -> ListEventsForm {
    ListEventsForm {
        filter: EventFilterForm {
            user_id: message.user_id,
            organization_id: message.organization_id,
            actor_id: message.actor_id,
            kinds: message.kinds,
            after: message.after.map(timestamp::parse),
            before: message.before.map(timestamp::parse),
        },
        order: message.order,
        page_size: message.page_size,
        page_token: message.page_token,
    }
}
