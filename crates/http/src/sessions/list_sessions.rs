use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use unlockd_application::sessions::{ListSessionsForm, SessionList};
use utoipa::ToSchema;

use super::search_query::{Members, SearchQuery};
use super::session::Session;
use crate::authenticated::Authenticated;
use crate::body::OptionalJsonBody;
use crate::json::Object;
use crate::list::{ListDetails, ListQuery};
use crate::proto_enum::SessionFieldName;
use crate::refusal::Refusal;
use crate::router::Api;

/// Which sessions. May be left out as a whole: that is all of them.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "query": {"limit": 20, "asc": true},
    "sortingColumn": "SESSION_FIELD_NAME_CREATION_DATE",
    "queries": [{"userIdQuery": {"id": "eva"}}],
}))]
pub(crate) struct ListSessionsRequest {
    #[schema(value_type = Option<ListQuery>)]
    query: Option<Object<ListQuery>>,
    /// What the sessions must be: all of these.
    #[schema(value_type = Option<Vec<Members>>)]
    queries: Option<Vec<SearchQuery>>,
    /// What the sessions are ordered by: when they began.
    #[serde(alias = "sorting_column")]
    sorting_column: Option<SessionFieldName>,
}

/// Sessions (`zitadel.session.v2.ListSessionsResponse`).
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundSessions {
    details: ListDetails,
    /// The sessions; left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sessions: Vec<Session>,
}

/// Finds sessions.
#[utoipa::path(
    post,
    path = "/v2/sessions/search",
    tag = "sessions",
    request_body = Option<ListSessionsRequest>,
    responses((status = 200, description = "The sessions that the caller may read.", body = FoundSessions)),
)]
#[tracing::instrument(level = "debug", name = "http.sessions.list", skip_all)]
pub(crate) async fn list_sessions(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    OptionalJsonBody(request): OptionalJsonBody<ListSessionsRequest>,
) -> Result<Json<FoundSessions>, Refusal> {
    let query = ListSessionsForm::from(request).parse()?;
    let list = api.sessions.list_sessions(&caller, query).await?;
    Ok(Json(list.into()))
}

impl From<ListSessionsRequest> for ListSessionsForm {
    fn from(request: ListSessionsRequest) -> Self {
        let query = request.query.map(|Object(query)| query).unwrap_or_default();
        let queries = request.queries.unwrap_or_default();
        Self {
            offset: query.offset(),
            limit: query.limit(),
            ascending: query.ascending(),
            queries: queries.into_iter().map(|SearchQuery(form)| form).collect(),
            sorting_column: request.sorting_column.map_or(0, |SessionFieldName(number)| number),
        }
    }
}

impl From<SessionList> for FoundSessions {
    fn from(list: SessionList) -> Self {
        Self {
            details: ListDetails::new(list.total, list.read_at),
            sessions: list.sessions.into_iter().map(Session::from).collect(),
        }
    }
}
