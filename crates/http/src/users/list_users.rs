use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use unlockd_application::Error;
use unlockd_application::ports::UserOrder;
use unlockd_application::users::{ListUsersForm, UserList};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::search_query::{Members, SearchQuery};
use super::user::User;
use crate::authenticated::Authenticated;
use crate::body::OptionalJsonBody;
use crate::json::Object;
use crate::list::{ListDetails, ListQuery};
use crate::proto_enum::{self, FieldName};
use crate::refusal::Refusal;
use crate::router::Api;

/// Which users, and in which order. May be left out as a whole: that is everybody, by id.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "query": {"limit": 20, "asc": false},
    "sortingColumn": "FIELD_NAME_CHANGE_DATE",
    "queries": [
        {"stateQuery": {"state": "USER_STATE_LOCKED"}},
        {"organizationIdQuery": {"id": "default", "method": "TEXT_QUERY_METHOD_EQUALS"}},
    ],
}))]
pub(crate) struct ListUsersRequest {
    #[schema(value_type = Option<ListQuery>)]
    query: Option<Object<ListQuery>>,
    /// What the users are ordered by; those who are equal in it by id. `FIELD_NAME_EMAIL`, `FIELD_NAME_PHONE`,
    /// `FIELD_NAME_SCHEMA_ID` and `FIELD_NAME_SCHEMA_TYPE` are documented and not done yet: they are refused.
    #[serde(alias = "sorting_column")]
    sorting_column: Option<FieldName>,
    /// What the users must be: all of these.
    #[schema(value_type = Option<Vec<Members>>)]
    queries: Option<Vec<SearchQuery>>,
}

/// Users (`zitadel.user.v3alpha.ListUsersResponse`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundUsers {
    details: ListDetails,
    /// What the users are ordered by.
    #[schema(schema_with = field_name)]
    sorting_column: &'static str,
    /// The users; left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    result: Vec<User>,
}

fn field_name() -> RefOr<Schema> {
    proto_enum::name(FieldName::VALUES, "What the users are ordered by.")
}

/// Finds users by what they are.
#[utoipa::path(
    post,
    path = "/v3alpha/users/search",
    tag = "users",
    request_body = Option<ListUsersRequest>,
    responses((status = 200, description = "The users, within the caller's reach.", body = FoundUsers)),
)]
#[tracing::instrument(level = "debug", name = "http.users.list", skip_all)]
pub(crate) async fn list_users(
    State(api): State<Api>,
    Authenticated(caller): Authenticated,
    OptionalJsonBody(request): OptionalJsonBody<ListUsersRequest>,
) -> Result<Json<FoundUsers>, Refusal> {
    let query = ListUsersForm::from(request).parse()?;
    let list = api.users.list_users(&caller, query).await?;
    Ok(Json(FoundUsers::try_from(list)?))
}

impl From<ListUsersRequest> for ListUsersForm {
    fn from(request: ListUsersRequest) -> Self {
        let query = request.query.map(|Object(query)| query).unwrap_or_default();
        let queries = request.queries.unwrap_or_default();
        Self {
            offset: query.offset(),
            limit: query.limit(),
            ascending: query.ascending(),
            sorting_column: request.sorting_column.map_or(0, |FieldName(number)| number),
            queries: queries.into_iter().map(|SearchQuery(form)| form).collect(),
        }
    }
}

impl TryFrom<UserList> for FoundUsers {
    type Error = Error;

    fn try_from(list: UserList) -> Result<Self, Error> {
        let users = list.users.into_iter().map(User::try_from);
        Ok(Self {
            details: ListDetails::new(list.total, list.read_at),
            sorting_column: match list.order {
                UserOrder::Id => "FIELD_NAME_ID",
                UserOrder::CreationDate => "FIELD_NAME_CREATION_DATE",
                UserOrder::ChangeDate => "FIELD_NAME_CHANGE_DATE",
                UserOrder::State => "FIELD_NAME_STATE",
            },
            result: users.collect::<Result<_, _>>()?,
        })
    }
}
