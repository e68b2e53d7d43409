use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use unlockd_application::sessions::SessionSearchQueryForm;
use utoipa::ToSchema;

use crate::json::Object;

/// A condition on a session: exactly one of these. `creationDateQuery`, `creatorQuery`, `userAgentQuery` and
/// `expirationDateQuery` are documented and not done yet: they are refused.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SessionSearchQuery, min_properties = 1, max_properties = 1)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub(super) struct Members {
    #[serde(alias = "ids_query")]
    #[schema(value_type = Option<SessionIdsQuery>)]
    ids_query: Option<Object<SessionIdsQuery>>,
    #[serde(alias = "user_id_query")]
    #[schema(value_type = Option<SessionUserIdQuery>)]
    user_id_query: Option<Object<SessionUserIdQuery>>,
    #[serde(alias = "creation_date_query")]
    #[schema(value_type = Option<Object>)]
    creation_date_query: Option<IgnoredAny>,
    #[serde(alias = "creator_query")]
    #[schema(value_type = Option<Object>)]
    creator_query: Option<IgnoredAny>,
    #[serde(alias = "user_agent_query")]
    #[schema(value_type = Option<Object>)]
    user_agent_query: Option<IgnoredAny>,
    #[serde(alias = "expiration_date_query")]
    #[schema(value_type = Option<Object>)]
    expiration_date_query: Option<IgnoredAny>,
}

/// Those of these ids.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionIdsQuery {
    /// Each of 1 to 200 characters.
    #[schema(max_items = 1000)]
    ids: Option<Vec<String>>,
}

/// Those in which this user has shown their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionUserIdQuery {
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    id: Option<String>,
}

/// `zitadel.session.v2.SearchQuery`: an object with one member.
pub(super) struct SearchQuery(pub(super) SessionSearchQueryForm);

impl<'de> Deserialize<'de> for SearchQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(members) = Object::<Members>::deserialize(deserializer)?;
        let mut forms = members.forms();
        Ok(Self(match (forms.next(), forms.next()) {
            (Some(form), None) => form,
            (_, Some(_)) | (None, None) => SessionSearchQueryForm::Malformed,
        }))
    }
}

impl Members {
    /// What is set.
    fn forms(self) -> impl Iterator<Item = SessionSearchQueryForm> {
        use SessionSearchQueryForm as Form;
        let unimplemented = |query: Option<IgnoredAny>, name| query.map(|_| Form::Unimplemented(name));
        let forms = [
            self.ids_query
                .map(|Object(query)| Form::Ids(query.ids.unwrap_or_default())),
            self.user_id_query
                .map(|Object(query)| Form::UserId(query.id.unwrap_or_default())),
            unimplemented(self.creation_date_query, "creation_date_query"),
            unimplemented(self.creator_query, "creator_query"),
            unimplemented(self.user_agent_query, "user_agent_query"),
            unimplemented(self.expiration_date_query, "expiration_date_query"),
        ];
        forms.into_iter().flatten()
    }
}
