use serde_json::{Value, json};
use unlockd_proto::zitadel::object::v2beta::TextQueryMethod;
use unlockd_proto::zitadel::user::v3alpha::{FieldName, LockCause, State};

use crate::scenarios::{ListUsersRequest, SearchQuery, TimeRange};

/// The body of a search.
pub(super) fn list_users(request: &ListUsersRequest) -> Value {
    let mut body = json!({});
    if request.offset != 0 {
        body["query"]["offset"] = json!(request.offset.to_string());
    }
    if request.limit != 0 {
        body["query"]["limit"] = json!(request.limit);
    }
    if request.ascending {
        body["query"]["asc"] = json!(true);
    }
    if request.sorting_column != 0 {
        body["sortingColumn"] = named(request.sorting_column, |column: FieldName| column.as_str_name());
    }
    if !request.queries.is_empty() {
        body["queries"] = request.queries.iter().map(query).collect();
    }
    body
}

fn query(of: &SearchQuery) -> Value {
    let all = |queries: &[SearchQuery]| json!({"queries": queries.iter().map(query).collect::<Value>()});
    match of {
        SearchQuery::Missing => json!({}),
        SearchQuery::Or(queries) => json!({"orQuery": all(queries)}),
        SearchQuery::And(queries) => json!({"andQuery": all(queries)}),
        SearchQuery::Not(Some(inner)) => json!({"notQuery": {"query": query(inner)}}),
        SearchQuery::Not(None) => json!({"notQuery": {}}),
        SearchQuery::UserId(id, number) => json!({"userIdQuery": {"id": id, "method": method(*number)}}),
        SearchQuery::OrganizationId(id, number) => {
            json!({"organizationIdQuery": {"id": id, "method": method(*number)}})
        }
        SearchQuery::Username(name, number, specific) => {
            json!({"usernameQuery": {"username": name, "method": method(*number), "isOrganizationSpecific": specific}})
        }
        SearchQuery::State(number) => {
            json!({"stateQuery": {"state": named(*number, |state: State| state.as_str_name())}})
        }
        SearchQuery::LockCause(number) => {
            json!({"lockCauseQuery": {"cause": named(*number, |cause: LockCause| cause.as_str_name())}})
        }
        SearchQuery::LockedSince(range) => json!({"lockedSinceQuery": times(range)}),
        SearchQuery::LockedUntil(range) => json!({"lockedUntilQuery": times(range)}),
        SearchQuery::Email => json!({"emailQuery": {"address": "somebody@example.com"}}),
        SearchQuery::Phone => json!({"phoneQuery": {"number": "+41791234567"}}),
        SearchQuery::SchemaId => json!({"schemaIDQuery": {"id": "69629026806489455"}}),
        SearchQuery::SchemaType => json!({"schemaTypeQuery": {"type": "employees"}}),
    }
}

fn method(number: i32) -> Value {
    named(number, |method: TextQueryMethod| method.as_str_name())
}

/// The name of an enum's value; the number where none is defined.
pub(super) fn named<E: TryFrom<i32>>(number: i32, name: impl FnOnce(E) -> &'static str) -> Value {
    E::try_from(number).map_or(json!(number), |value| json!(name(value)))
}

fn times(range: &TimeRange) -> Value {
    let mut body = json!({});
    for (name, moment) in [("after", &range.after), ("before", &range.before)] {
        if let Some(moment) = moment {
            body[name] = json!(moment);
        }
    }
    body
}
