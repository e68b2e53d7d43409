use unlockd_application::sessions::{ListSessionsForm, SessionList, SessionSearchQueryForm};
use unlockd_application::{Error, SessionService};
use unlockd_proto::zitadel::object::v2::ListDetails;
use unlockd_proto::zitadel::session::v2::search_query::Query;
use unlockd_proto::zitadel::session::v2::{ListSessionsRequest, ListSessionsResponse, SearchQuery};

use super::session::session;
use crate::call::Call;
use crate::timestamp;

/// Finds sessions.
#[tracing::instrument(level = "debug", name = "grpc.sessions.list", skip_all)]
pub(super) async fn list_sessions(
    sessions: &dyn SessionService,
    call: Call<ListSessionsRequest>,
) -> Result<ListSessionsResponse, Error> {
    let query = form(call.message).parse()?;
    let list = sessions.list_sessions(call.live.caller(), query).await?;
    Ok(response(list))
}

fn form(message: ListSessionsRequest) -> ListSessionsForm {
    let part = message.query.unwrap_or_default();
    ListSessionsForm {
        offset: part.offset,
        limit: part.limit,
        ascending: part.asc,
        queries: message.queries.into_iter().map(query_form).collect(),
        sorting_column: message.sorting_column,
    }
}

fn query_form(SearchQuery { query }: SearchQuery) -> SessionSearchQueryForm {
    match query {
        Some(Query::IdsQuery(query)) => SessionSearchQueryForm::Ids(query.ids),
        Some(Query::UserIdQuery(query)) => SessionSearchQueryForm::UserId(query.id),
        Some(Query::CreationDateQuery(_)) => SessionSearchQueryForm::Unimplemented("creation_date_query"),
        Some(Query::CreatorQuery(_)) => SessionSearchQueryForm::Unimplemented("creator_query"),
        Some(Query::UserAgentQuery(_)) => SessionSearchQueryForm::Unimplemented("user_agent_query"),
        Some(Query::ExpirationDateQuery(_)) => SessionSearchQueryForm::Unimplemented("expiration_date_query"),
        None => SessionSearchQueryForm::Malformed,
    }
}

fn response(list: SessionList) -> ListSessionsResponse {
    ListSessionsResponse {
        details: Some(ListDetails {
            total_result: list.total,
            processed_sequence: 0,
            timestamp: Some(timestamp::to_proto(list.read_at)),
        }),
        sessions: list.sessions.into_iter().map(session).collect(),
    }
}
