use unlockd_application::events::EventFilterForm;
use utoipa::IntoParams;
use utoipa::openapi::schema::{Array, ArrayBuilder};

use super::event::kind;
use crate::query_string::QueryString;

/// Which events: what listing and watching share. A parameter that is left out, or empty, does not matter.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct EventFilter {
    /// Those of this user.
    #[param(max_length = 200, nullable = false)]
    user_id: Option<String>,
    /// Those of this organization's users, and of its lockout policy.
    #[param(max_length = 200, nullable = false)]
    organization_id: Option<String>,
    /// Those that this user has brought about.
    #[param(max_length = 200, nullable = false)]
    actor_id: Option<String>,
    /// Those of one of these kinds. May be given several times.
    #[param(schema_with = kinds, required = false, style = Form, explode = true)]
    kind: Vec<String>,
}

impl EventFilter {
    pub(super) fn take(query: &mut QueryString) -> Self {
        Self {
            user_id: query.take("user_id"),
            organization_id: query.take("organization_id"),
            actor_id: query.take("actor_id"),
            kind: query.take_all("kind"),
        }
    }
}

impl From<EventFilter> for EventFilterForm {
    fn from(filter: EventFilter) -> Self {
        Self {
            user_id: filter.user_id.unwrap_or_default(),
            organization_id: filter.organization_id.unwrap_or_default(),
            actor_id: filter.actor_id.unwrap_or_default(),
            kinds: filter.kind,
            after: None,
            before: None,
        }
    }
}

fn kinds() -> Array {
    ArrayBuilder::new().items(kind()).build()
}
