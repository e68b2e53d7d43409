use unlockd_proto::zitadel::object::v2beta::ListQuery;
use unlockd_proto::zitadel::user::v3alpha as proto;
use unlockd_proto::zitadel::user::v3alpha::search_query::Query;

use super::outgoing::time;
use crate::scenarios::{ListUsersRequest, SearchQuery, TimeRange};

pub(super) fn list_users(request: ListUsersRequest) -> proto::ListUsersRequest {
    proto::ListUsersRequest {
        query: Some(ListQuery {
            offset: request.offset,
            limit: request.limit,
            asc: request.ascending,
        }),
        sorting_column: request.sorting_column,
        queries: all(request.queries),
    }
}

fn all(queries: Vec<SearchQuery>) -> Vec<proto::SearchQuery> {
    queries.into_iter().map(query).collect()
}

fn query(of: SearchQuery) -> proto::SearchQuery {
    let query = match of {
        SearchQuery::Missing => None,
        SearchQuery::Or(queries) => Some(Query::OrQuery(proto::OrQuery { queries: all(queries) })),
        SearchQuery::And(queries) => Some(Query::AndQuery(proto::AndQuery { queries: all(queries) })),
        SearchQuery::Not(inner) => Some(Query::NotQuery(Box::new(proto::NotQuery {
            query: inner.map(|inner| Box::new(query(*inner))),
        }))),
        SearchQuery::UserId(id, method) => Some(Query::UserIdQuery(proto::UserIdQuery { id, method })),
        SearchQuery::OrganizationId(id, method) => {
            Some(Query::OrganizationIdQuery(proto::OrganizationIdQuery { id, method }))
        }
        SearchQuery::Username(username, method, is_organization_specific) => {
            Some(Query::UsernameQuery(proto::UsernameQuery {
                username,
                method,
                is_organization_specific,
            }))
        }
        SearchQuery::State(state) => Some(Query::StateQuery(proto::StateQuery { state })),
        SearchQuery::LockCause(cause) => Some(Query::LockCauseQuery(proto::LockCauseQuery { cause })),
        SearchQuery::LockedSince(range) => Some(Query::LockedSinceQuery(times(range))),
        SearchQuery::LockedUntil(range) => Some(Query::LockedUntilQuery(times(range))),
        SearchQuery::Email => Some(Query::EmailQuery(proto::EmailQuery {
            address: "somebody@example.com".to_owned(),
            method: 0,
        })),
        SearchQuery::Phone => Some(Query::PhoneQuery(proto::PhoneQuery {
            number: "+41791234567".to_owned(),
            method: 0,
        })),
        SearchQuery::SchemaId => Some(Query::SchemaIdQuery(proto::SchemaIdQuery {
            id: "69629026806489455".to_owned(),
        })),
        SearchQuery::SchemaType => Some(Query::SchemaTypeQuery(proto::SchemaTypeQuery {
            r#type: "employees".to_owned(),
            method: 0,
        })),
    };
    proto::SearchQuery { query }
}

fn times(range: TimeRange) -> proto::LockTimeQuery {
    proto::LockTimeQuery {
        after: time(range.after),
        before: time(range.before),
    }
}
