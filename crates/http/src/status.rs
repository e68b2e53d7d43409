use std::collections::BTreeMap;

use serde::Serialize;
use unlockd_application::{ErrorDescription, FieldViolation, duration_text};
use utoipa::ToSchema;

/// `google.rpc.Status`: what every error is answered with.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    /// The number of a `google.rpc.Code`.
    code: i32,
    /// A sentence for people.
    message: String,
    /// First of all a `google.rpc.ErrorInfo`.
    details: Vec<Detail>,
}

/// What programs can act on.
#[derive(Serialize, ToSchema)]
#[serde(tag = "@type")]
enum Detail {
    /// The stable reason, and what it is about.
    #[serde(rename = "type.googleapis.com/google.rpc.ErrorInfo")]
    ErrorInfo {
        reason: &'static str,
        domain: &'static str,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        metadata: BTreeMap<&'static str, String>,
    },
    /// The fields that are not well formed.
    #[serde(rename = "type.googleapis.com/google.rpc.BadRequest", rename_all = "camelCase")]
    BadRequest { field_violations: Vec<Violation> },
    /// How long to wait before trying again.
    #[serde(rename = "type.googleapis.com/google.rpc.RetryInfo", rename_all = "camelCase")]
    RetryInfo { retry_delay: String },
}

/// A field that is not well formed.
#[derive(Serialize, ToSchema)]
struct Violation {
    /// Its path, in the names of the proto.
    field: String,
    /// What is wrong with it.
    description: String,
}

impl From<ErrorDescription> for Status {
    fn from(description: ErrorDescription) -> Self {
        let mut details = vec![Detail::ErrorInfo {
            reason: description.reason.as_str(),
            domain: "unlockd",
            metadata: description.metadata.into_iter().collect(),
        }];
        if !description.field_violations.is_empty() {
            let field_violations = description.field_violations.into_iter().map(Violation::from).collect();
            details.push(Detail::BadRequest { field_violations });
        }
        if let Some(span) = description.retry_after {
            details.push(Detail::RetryInfo {
                retry_delay: duration_text(span),
            });
        }
        Self {
            code: description.reason.code().number(),
            message: description.message,
            details,
        }
    }
}

impl From<FieldViolation> for Violation {
    fn from(violation: FieldViolation) -> Self {
        Self {
            field: violation.field,
            description: violation.description,
        }
    }
}
