use serde::Deserialize;
use unlockd_application::users::{IdForm, SafeguardsForm};
use utoipa::ToSchema;

use crate::addressed::Addressed;
use crate::integer::Integer;
use crate::safeguards::if_sequence;

/// May be left out as a whole.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "lost badge"}))]
pub(crate) struct StateChangeRequest {
    /// The same as in the path, if it is given.
    #[serde(alias = "user_id")]
    #[schema(max_length = 200)]
    pub(super) user_id: Option<String>,
    /// What is said about it.
    #[schema(max_length = 500)]
    pub(super) reason: Option<String>,
    /// Done only while the user's last event has this number.
    #[serde(alias = "if_sequence")]
    #[schema(schema_with = if_sequence)]
    pub(super) if_sequence: Option<Integer<u64>>,
}

impl Addressed<StateChangeRequest> {
    /// The fields, in the order in which commands take them.
    pub(super) fn into_state_change(self) -> (IdForm, String, SafeguardsForm) {
        let Self {
            mut user_id,
            mut safeguards,
            body,
            ..
        } = self;
        user_id.in_message = body.user_id.unwrap_or_default();
        safeguards.if_sequence = body.if_sequence.map(Integer::get);
        (user_id, body.reason.unwrap_or_default(), safeguards)
    }
}
