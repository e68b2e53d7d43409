use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unlockd_domain::{self as domain, UserAgentFields};
use utoipa::ToSchema;

use crate::entries::Entries;
use crate::json::Object;

/// What somebody signs in with, as far as whoever begins the session says. Where a request comes from is not taken from here.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SetUserAgent {
    /// What tells it from others. Whoever signs in with it may read its other sessions.
    #[serde(alias = "fingerprint_id")]
    #[schema(min_length = 1, max_length = 200)]
    fingerprint_id: Option<String>,
    /// Its address.
    #[schema(max_length = 200)]
    ip: Option<String>,
    /// What it is.
    #[schema(max_length = 500)]
    description: Option<String>,
    /// Up to 32 headers that it sends, with up to 32 values each of up to 1000 characters.
    #[schema(value_type = Option<BTreeMap<String, SetHeaderValues>>)]
    header: Option<Entries<Object<SetHeaderValues>>>,
}

/// The values of one header.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetHeaderValues {
    #[schema(max_items = 32)]
    values: Option<Vec<String>>,
}

/// What somebody signs in with (`zitadel.session.v2.UserAgent`).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserAgent {
    /// What tells it from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fingerprint_id: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ip: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description: Option<String>,
    /// The headers that it sends.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    header: BTreeMap<String, HeaderValues>,
}

/// The values of one header.
#[derive(Serialize, ToSchema)]
struct HeaderValues {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
}

impl From<SetUserAgent> for UserAgentFields {
    fn from(user_agent: SetUserAgent) -> Self {
        let headers = user_agent.header.map(|Entries(headers)| headers).unwrap_or_default();
        Self {
            fingerprint_id: user_agent.fingerprint_id,
            ip: user_agent.ip,
            description: user_agent.description,
            headers: headers
                .into_iter()
                .map(|(name, Object(header))| (name, header.values.unwrap_or_default()))
                .collect(),
        }
    }
}

impl From<&domain::UserAgent> for UserAgent {
    fn from(user_agent: &domain::UserAgent) -> Self {
        let fields = user_agent.fields().clone();
        Self {
            fingerprint_id: fields.fingerprint_id,
            ip: fields.ip,
            description: fields.description,
            header: fields
                .headers
                .into_iter()
                .map(|(name, values)| (name, HeaderValues { values }))
                .collect(),
        }
    }
}
