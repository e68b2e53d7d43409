//! Conditions on users, from messages. Nested as deeply as the codec reads, which is about a hundred messages.

use unlockd_application::users::{SearchQueryForm, TextForm, TimeRangeForm};
use unlockd_proto::zitadel::user::v3alpha::search_query::Query;
use unlockd_proto::zitadel::user::v3alpha::{LockTimeQuery, SearchQuery};

use crate::timestamp;

/// `zitadel.user.v3alpha.SearchQuery`.
pub(super) fn form(SearchQuery { query }: SearchQuery) -> SearchQueryForm {
    let Some(query) = query else {
        return SearchQueryForm::Missing;
    };
    match query {
        Query::OrQuery(or) => SearchQueryForm::Or(forms(or.queries)),
        Query::AndQuery(and) => SearchQueryForm::And(forms(and.queries)),
        Query::NotQuery(not) => SearchQueryForm::Not(not.query.map(|query| Box::new(form(*query)))),
        Query::UserIdQuery(query) => SearchQueryForm::UserId(text(query.id, query.method)),
        Query::OrganizationIdQuery(query) => SearchQueryForm::OrganizationId(text(query.id, query.method)),
        Query::UsernameQuery(query) => SearchQueryForm::Username {
            text: text(query.username, query.method),
            is_organization_specific: query.is_organization_specific,
        },
        Query::StateQuery(query) => SearchQueryForm::State(query.state),
        Query::LockCauseQuery(query) => SearchQueryForm::LockCause(query.cause),
        Query::LockedSinceQuery(range) => SearchQueryForm::LockedSince(time_range(range)),
        Query::LockedUntilQuery(range) => SearchQueryForm::LockedUntil(time_range(range)),
        Query::EmailQuery(_) => SearchQueryForm::Unsupported("email_query"),
        Query::PhoneQuery(_) => SearchQueryForm::Unsupported("phone_query"),
        Query::SchemaIdQuery(_) => SearchQueryForm::Unsupported("schema_ID_query"),
        Query::SchemaTypeQuery(_) => SearchQueryForm::Unsupported("schema_type_query"),
    }
}

fn forms(queries: Vec<SearchQuery>) -> Vec<SearchQueryForm> {
    queries.into_iter().map(form).collect()
}

fn text(text: String, method: i32) -> TextForm {
    TextForm { text, method }
}

fn time_range(LockTimeQuery { after, before }: LockTimeQuery) -> TimeRangeForm {
    TimeRangeForm {
        after: after.map(timestamp::parse),
        before: before.map(timestamp::parse),
    }
}
