use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};
use unlockd_application::users::{SearchQueryForm, TextForm, TimeRangeForm};
use unlockd_domain::Timestamp;
use utoipa::ToSchema;

use crate::json::Object;
use crate::proto_enum::{LockCause, State, TextQueryMethod};

/// A condition on a user: exactly one of these. Up to 20 levels of or, and, not; up to 200 conditions in a request. The queries
/// for what unlockd does not keep (`emailQuery`, `phoneQuery`, `schemaIDQuery`, `schemaTypeQuery`) are refused.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SearchQuery, min_properties = 1, max_properties = 1)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub(super) struct Members {
    #[serde(alias = "or_query")]
    #[schema(value_type = Option<Queries>)]
    or_query: Option<Object<Queries>>,
    #[serde(alias = "and_query")]
    #[schema(value_type = Option<Queries>)]
    and_query: Option<Object<Queries>>,
    #[serde(alias = "not_query")]
    #[schema(value_type = Option<NotQuery>)]
    not_query: Option<Object<NotQuery>>,
    #[serde(alias = "user_id_query")]
    #[schema(value_type = Option<IdQuery>)]
    user_id_query: Option<Object<IdQuery>>,
    #[serde(alias = "organization_id_query")]
    #[schema(value_type = Option<IdQuery>)]
    organization_id_query: Option<Object<IdQuery>>,
    #[serde(alias = "username_query")]
    #[schema(value_type = Option<UsernameQuery>)]
    username_query: Option<Object<UsernameQuery>>,
    #[serde(alias = "email_query")]
    #[schema(value_type = Option<Object>)]
    email_query: Option<IgnoredAny>,
    #[serde(alias = "phone_query")]
    #[schema(value_type = Option<Object>)]
    phone_query: Option<IgnoredAny>,
    #[serde(alias = "state_query")]
    #[schema(value_type = Option<StateQuery>)]
    state_query: Option<Object<StateQuery>>,
    #[serde(rename = "schemaIDQuery", alias = "schema_ID_query")]
    #[schema(value_type = Option<Object>)]
    schema_id_query: Option<IgnoredAny>,
    #[serde(alias = "schema_type_query")]
    #[schema(value_type = Option<Object>)]
    schema_type_query: Option<IgnoredAny>,
    #[serde(alias = "lock_cause_query")]
    #[schema(value_type = Option<LockCauseQuery>)]
    lock_cause_query: Option<Object<LockCauseQuery>>,
    #[serde(alias = "locked_since_query")]
    #[schema(value_type = Option<LockTimeQuery>)]
    locked_since_query: Option<Object<LockTimeQuery>>,
    #[serde(alias = "locked_until_query")]
    #[schema(value_type = Option<LockTimeQuery>)]
    locked_until_query: Option<Object<LockTimeQuery>>,
}

/// What has to be fulfilled: one of these, or all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Queries {
    #[schema(value_type = Vec<Members>, min_items = 1, no_recursion)]
    queries: Option<Vec<SearchQuery>>,
}

/// What must not be fulfilled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotQuery {
    #[schema(value_type = Members, no_recursion)]
    query: Option<Box<SearchQuery>>,
}

/// An id. Where case is ignored, it is for the 26 Latin letters only.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdQuery {
    /// Each character stands for itself.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    id: Option<String>,
    /// How the two are compared.
    method: Option<TextQueryMethod>,
}

/// One of the user's usernames. Where case is ignored, it is as when usernames are compared to be unique.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UsernameQuery {
    /// Each character stands for itself.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    username: Option<String>,
    /// How the two are compared.
    method: Option<TextQueryMethod>,
    /// Whether only the names that are specific to the organization count.
    #[serde(alias = "is_organization_specific")]
    is_organization_specific: Option<bool>,
}

/// Where in their life the user is. Deleted users are never found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StateQuery {
    #[schema(value_type = State)]
    state: Option<State>,
}

/// What brought the user's lock about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LockCauseQuery {
    #[schema(value_type = LockCause)]
    cause: Option<LockCause>,
}

/// Moments between two others, neither of which counts. One of the two is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LockTimeQuery {
    /// Only later ones.
    #[schema(format = DateTime)]
    after: Option<String>,
    /// Only earlier ones.
    #[schema(format = DateTime)]
    before: Option<String>,
}

/// `zitadel.user.v3alpha.SearchQuery`: an object with one member.
pub(super) struct SearchQuery(pub(super) SearchQueryForm);

impl<'de> Deserialize<'de> for SearchQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(members) = Object::<Members>::deserialize(deserializer)?;
        let mut forms = members.forms();
        let form = forms.next().unwrap_or(SearchQueryForm::Missing);
        match forms.count() {
            0 => Ok(Self(form)),
            more => Err(D::Error::invalid_length(more + 1, &"one query only")),
        }
    }
}

impl Members {
    /// What is set.
    fn forms(self) -> impl Iterator<Item = SearchQueryForm> {
        use SearchQueryForm as Form;
        let unsupported = |query: Option<IgnoredAny>, name| query.map(|_| Form::Unsupported(name));
        let forms = [
            self.or_query.map(|Object(or)| Form::Or(or.into())),
            self.and_query.map(|Object(and)| Form::And(and.into())),
            self.not_query
                .map(|Object(not)| Form::Not(not.query.map(|query| Box::new(query.0)))),
            self.user_id_query.map(|Object(query)| Form::UserId(query.into())),
            self.organization_id_query
                .map(|Object(query)| Form::OrganizationId(query.into())),
            self.username_query.map(|Object(query)| query.into()),
            unsupported(self.email_query, "email_query"),
            unsupported(self.phone_query, "phone_query"),
            self.state_query
                .map(|Object(query)| Form::State(query.state.map_or(0, |State(number)| number))),
            unsupported(self.schema_id_query, "schema_ID_query"),
            unsupported(self.schema_type_query, "schema_type_query"),
            self.lock_cause_query
                .map(|Object(query)| Form::LockCause(query.cause.map_or(0, |LockCause(number)| number))),
            self.locked_since_query
                .map(|Object(range)| Form::LockedSince(range.into())),
            self.locked_until_query
                .map(|Object(range)| Form::LockedUntil(range.into())),
        ];
        forms.into_iter().flatten()
    }
}

impl From<Queries> for Vec<SearchQueryForm> {
    fn from(queries: Queries) -> Self {
        let queries = queries.queries.unwrap_or_default();
        queries.into_iter().map(|SearchQuery(form)| form).collect()
    }
}

impl From<IdQuery> for TextForm {
    fn from(query: IdQuery) -> Self {
        Self {
            text: query.id.unwrap_or_default(),
            method: query.method.map_or(0, |TextQueryMethod(number)| number),
        }
    }
}

impl From<UsernameQuery> for SearchQueryForm {
    fn from(query: UsernameQuery) -> Self {
        Self::Username {
            text: TextForm {
                text: query.username.unwrap_or_default(),
                method: query.method.map_or(0, |TextQueryMethod(number)| number),
            },
            is_organization_specific: query.is_organization_specific.unwrap_or_default(),
        }
    }
}

impl From<LockTimeQuery> for TimeRangeForm {
    fn from(range: LockTimeQuery) -> Self {
        let moment = |text: Option<String>| text.map(|text| Timestamp::parse_rfc3339(&text));
        Self {
            after: moment(range.after),
            before: moment(range.before),
        }
    }
}
