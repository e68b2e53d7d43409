//! What requests and answers about lists share.

use serde::{Deserialize, Serialize};
use unlockd_application::users::ListUsers;
use unlockd_domain::Timestamp;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::integer::{Integer, up_to};

/// Which part of a list, and in which direction (`zitadel.object.v2.ListQuery`).
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// How many to leave out at the beginning.
    #[schema(schema_with = offset)]
    offset: Option<Integer<u64>>,
    /// How many at most; 0 means 100.
    #[schema(schema_with = limit)]
    limit: Option<Integer<u32>>,
    /// Whether the smallest come first; otherwise the largest do.
    asc: Option<bool>,
}

impl ListQuery {
    pub(crate) fn offset(&self) -> u64 {
        self.offset.map_or(0, Integer::get)
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit.map_or(0, Integer::get)
    }

    pub(crate) fn ascending(&self) -> bool {
        self.asc.unwrap_or_default()
    }
}

/// What a list is a part of (`zitadel.object.v2.ListDetails`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListDetails {
    /// How many there are that fit and that the caller may see; left out when it is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "5", pattern = "^[0-9]{1,20}$")]
    total_result: Option<String>,
    /// When it was read.
    #[schema(format = DateTime, example = "2024-06-25T13:35:39.148123Z")]
    timestamp: String,
}

impl ListDetails {
    pub(crate) fn new(total: u64, read_at: Timestamp) -> Self {
        Self {
            total_result: (total > 0).then(|| total.to_string()),
            timestamp: read_at.to_string(),
        }
    }
}

fn offset() -> RefOr<Schema> {
    up_to(i64::MAX.cast_unsigned(), "How many to leave out at the beginning.")
}

fn limit() -> RefOr<Schema> {
    up_to(ListUsers::MAX_LIMIT.into(), "How many at most; 0 means 100.")
}
