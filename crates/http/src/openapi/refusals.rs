use std::collections::BTreeMap;

use unlockd_application::ErrorReason as Reason;
use utoipa::Modify;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::samples::sample;
use super::{has_parameter, operations};
use crate::problem::http_status;
use crate::status::Status;

/// What a request that needs a token may be refused for, whatever it asks for.
const OF_CALLERS: &[Reason] = &[
    Reason::InvalidArgument,
    Reason::Unauthenticated,
    Reason::PermissionDenied,
    Reason::PasswordChangeRequired,
    Reason::Overloaded,
    Reason::Internal,
    Reason::StoreUnavailable,
    Reason::ShuttingDown,
    Reason::DeadlineExceeded,
];

/// What a request with a body may be refused for.
const OF_BODIES: &[Reason] = &[Reason::BodyTooLarge, Reason::UnsupportedMediaType];

/// What single operations may be refused for, beside what their parameters and bodies say.
const OF_OPERATIONS: &[(&str, &[Reason])] = &[
    (
        "create_user",
        &[
            Reason::OrganizationNotFound,
            Reason::UserIdTaken,
            Reason::UsernameTaken,
            Reason::Unimplemented,
        ],
    ),
    ("list_users", &[Reason::Unimplemented]),
    (
        "update_user",
        &[Reason::TargetHasMorePermissions, Reason::Unimplemented],
    ),
    (
        "delete_user",
        &[Reason::TargetHasMorePermissions, Reason::LastInstanceOwner],
    ),
    (
        "deactivate_user",
        &[
            Reason::TargetHasMorePermissions,
            Reason::UserAlreadyInactive,
            Reason::LastInstanceOwner,
        ],
    ),
    (
        "reactivate_user",
        &[Reason::TargetHasMorePermissions, Reason::UserNotInactive],
    ),
    (
        "lock_user",
        &[
            Reason::TargetHasMorePermissions,
            Reason::UserAlreadyLocked,
            Reason::UserNotActive,
            Reason::LastInstanceOwner,
        ],
    ),
    (
        "unlock_user",
        &[Reason::TargetHasMorePermissions, Reason::UserNotLocked],
    ),
    (
        "add_username",
        &[
            Reason::TargetHasMorePermissions,
            Reason::UsernameTaken,
            Reason::TooManyUsernames,
        ],
    ),
    ("remove_username", &[Reason::TargetHasMorePermissions]),
    (
        "set_password",
        &[
            Reason::TargetHasMorePermissions,
            Reason::InvalidCredentials,
            Reason::InvalidVerificationCode,
            Reason::UserLocked,
            Reason::TooManyAttempts,
        ],
    ),
    (
        "request_password_reset",
        &[Reason::TargetHasMorePermissions, Reason::Unimplemented],
    ),
    (
        "create_session",
        &[
            Reason::InvalidCredentials,
            Reason::UserLocked,
            Reason::TooManyAttempts,
            Reason::Unimplemented,
        ],
    ),
    ("list_sessions", &[Reason::Unimplemented]),
    (
        "get_session",
        &[
            Reason::SessionTokenInvalid,
            Reason::SessionNotFound,
            Reason::UserNotActive,
        ],
    ),
    (
        "set_session",
        &[
            Reason::TargetHasMorePermissions,
            Reason::SessionTokenInvalid,
            Reason::SessionNotFound,
            Reason::UserNotActive,
            Reason::InvalidCredentials,
            Reason::UserLocked,
            Reason::TooManyAttempts,
            Reason::Unimplemented,
        ],
    ),
    (
        "delete_session",
        &[Reason::TargetHasMorePermissions, Reason::SessionTokenInvalid],
    ),
    ("get_lockout_settings", &[Reason::OrganizationNotFound]),
    (
        "readyz",
        &[
            Reason::Overloaded,
            Reason::Internal,
            Reason::StoreUnavailable,
            Reason::ShuttingDown,
            Reason::DeadlineExceeded,
        ],
    ),
];

/// Every status that an operation answers with is listed, with its reasons. All errors have one shape. Answers that several
/// operations share are described once.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            let mut by_status = BTreeMap::<String, Vec<Reason>>::new();
            for reason in reasons(operation) {
                let status = http_status(reason).as_u16().to_string();
                by_status.entry(status).or_default().push(reason);
            }
            for (status, reasons) in by_status {
                let names: Vec<_> = reasons.iter().map(|reason| reason.as_str()).collect();
                let name = names.join(".");
                let reference = RefOr::Ref(Ref::from_response_name(&name));
                operation.responses.responses.insert(status, reference);
                let shared = components.responses.entry(name);
                shared.or_insert_with(|| response(&reasons).into());
            }
        }
    }
}

/// All that an operation may be refused for.
fn reasons(operation: &Operation) -> Vec<Reason> {
    let is_open = operation.security.is_some();
    let name = operation.operation_id.as_deref().unwrap_or_default();
    let own = OF_OPERATIONS.iter().filter(|(operation, _)| *operation == name);
    let parts: [(bool, &[Reason]); 7] = [
        (!is_open, OF_CALLERS),
        (operation.request_body.is_some(), OF_BODIES),
        (has_parameter(operation, "user_id"), &[Reason::UserNotFound]),
        (has_parameter(operation, "username_id"), &[Reason::UsernameNotFound]),
        (
            has_parameter(operation, "organization_id"),
            &[Reason::OrganizationNotFound],
        ),
        (
            has_parameter(operation, "Idempotency-Key"),
            &[Reason::IdempotencyKeyReused],
        ),
        (has_parameter(operation, "If-Match"), &[Reason::SequenceMismatch]),
    ];
    let parts = parts
        .into_iter()
        .filter(|(applies, _)| *applies)
        .map(|(_, reasons)| reasons);
    parts
        .chain(own.map(|(_, reasons)| *reasons))
        .flatten()
        .copied()
        .collect()
}

fn response(reasons: &[Reason]) -> Response {
    let names: Vec<_> = reasons.iter().map(|reason| format!("`{}`", reason.as_str())).collect();
    let examples = reasons.iter().filter_map(|reason| {
        let status = Status::from(sample(*reason)?.describe(Some("01905039-11f2-7c3a-9d4e-5f60718293a4")));
        let example = ExampleBuilder::new().value(serde_json::to_value(status).ok()).build();
        Some((reason.as_str(), RefOr::T(example)))
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Status")))
        .examples_from_iter(examples)
        .build();
    let response = ResponseBuilder::new()
        .description(format!("Refused or failed: {}.", names.join(", ")))
        .content("application/json", content);
    let is_any = |wanted: &[Reason]| reasons.iter().any(|reason| wanted.contains(reason));
    let response = if is_any(&[Reason::Unauthenticated]) {
        response.header(
            "WWW-Authenticate",
            header(Type::String, "The challenge (RFC 6750, section 3)."),
        )
    } else {
        response
    };
    let response = if is_any(&[
        Reason::Overloaded,
        Reason::TooManyAttempts,
        Reason::StoreUnavailable,
        Reason::ShuttingDown,
    ]) {
        response.header(
            "Retry-After",
            header(Type::Integer, "After how many seconds trying again may help."),
        )
    } else {
        response
    };
    response.build()
}

fn header(of: Type, description: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(of)))
        .description(Some(description))
        .build()
}
