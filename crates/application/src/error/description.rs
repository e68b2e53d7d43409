use std::fmt;
use std::time::Duration;

use unlockd_domain::UserState;

use super::{Error, ErrorReason};

/// How long a client should wait before it tries again what failed for a passing cause.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The largest number of field violations that are told: an answer over gRPC is made of headers, and clients refuse large
/// ones, some from 8 KiB on.
const MAX_FIELD_VIOLATIONS: usize = 20;

/// The same for their bytes. Each is told in the message and in the details, and the details grow by a third on the way.
const MAX_VIOLATION_BYTES: usize = 2560;

/// What a client may know about an error. Transports put it into their form of `google.rpc.Status`, and add nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDescription {
    /// The stable reason.
    pub reason: ErrorReason,
    /// A sentence for people.
    pub message: String,
    /// What the reason is about, for programs.
    pub metadata: Vec<(&'static str, String)>,
    /// The fields that are not well formed.
    pub field_violations: Vec<FieldViolation>,
    /// When trying again may help: after this span.
    pub retry_after: Option<Duration>,
}

/// A field of the request that is not well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// The field's path in the request, in the names of the proto: `authenticators.usernames[0].username`.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

impl FieldViolation {
    /// A violation.
    pub fn new(field: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self {
            field: field.into(),
            description: problem.to_string(),
        }
    }
}

fn new(reason: ErrorReason, message: impl Into<String>) -> ErrorDescription {
    ErrorDescription {
        reason,
        message: message.into(),
        metadata: Vec::new(),
        field_violations: Vec::new(),
        retry_after: None,
    }
}

impl ErrorDescription {
    fn with(mut self, key: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.metadata.push((key, value.to_string()));
        self
    }

    fn retry(mut self) -> Self {
        self.retry_after = Some(RETRY_AFTER);
        self
    }
}

impl Error {
    /// What a client may know. Nothing of a source gets in; an internal error is known by the id of its request.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "one match that says everything, so that nothing is forgotten"
    )]
    pub fn describe(&self, request_id: Option<&str>) -> ErrorDescription {
        use ErrorReason as Reason;
        match self {
            Self::InvalidArgument(violations) => {
                let told = tellable(violations);
                let mut description = new(Reason::InvalidArgument, summary(told));
                description.field_violations = told.to_vec();
                description
            }
            Self::Unimplemented { field } => {
                new(Reason::Unimplemented, format!("{field} is not implemented.")).with("field", field)
            }
            Self::TokenMissing => new(Reason::Unauthenticated, "A bearer token is needed."),
            Self::TokenRefused => new(Reason::Unauthenticated, "The bearer token is not valid."),
            Self::PermissionDenied => new(Reason::PermissionDenied, "The caller does not have the permission."),
            Self::PasswordChangeRequired => new(
                Reason::PasswordChangeRequired,
                "The password must be changed. Set a new one with the current password.",
            ),
            Self::TargetHasMorePermissions(id) => new(
                Reason::TargetHasMorePermissions,
                "The user has permissions that the caller lacks. Somebody with all of them has to do this.",
            )
            .with("userId", id),
            Self::InvalidCredentials => new(
                Reason::InvalidCredentials,
                "The login name or the password is wrong, or the user may not sign in.",
            ),
            Self::InvalidVerificationCode => new(
                Reason::InvalidVerificationCode,
                "The verification code is not valid. Ask for a new one.",
            ),
            Self::SessionTokenRefused => new(Reason::SessionTokenInvalid, "The session token is not valid."),
            Self::SessionNotFound(id) => {
                new(Reason::SessionNotFound, "The session does not exist.").with("sessionId", id)
            }
            Self::UserLocked { until } => {
                let description = new(Reason::UserLocked, "The user is locked.");
                match until {
                    Some(until) => description.with("lockedUntil", until),
                    None => description,
                }
            }
            Self::TooManyAttempts { retry_after } => {
                let mut description = new(Reason::TooManyAttempts, "Too many attempts. Try again later.");
                description.retry_after = Some(*retry_after);
                description
            }
            Self::UserNotFound(id) => new(Reason::UserNotFound, "The user does not exist.").with("userId", id),
            Self::UsernameNotFound { user_id, username_id } => {
                new(Reason::UsernameNotFound, "The user has no username of this id.")
                    .with("userId", user_id)
                    .with("usernameId", username_id)
            }
            Self::OrganizationNotFound(id) => {
                new(Reason::OrganizationNotFound, "The organization does not exist.").with("organizationId", id)
            }
            Self::AccessTokenNotFound(id) => {
                new(Reason::AccessTokenNotFound, "The access token does not exist.").with("accessTokenId", id)
            }
            Self::GrantNotFound => new(Reason::GrantNotFound, "The user does not hold this role."),
            Self::UserIdTaken => new(Reason::UserIdTaken, "The user id is taken."),
            Self::UsernameTaken { username } => {
                new(Reason::UsernameTaken, "The username is taken.").with("username", username)
            }
            Self::OrganizationIdTaken => new(Reason::OrganizationIdTaken, "The organization id is taken."),
            Self::UserAlreadyLocked(id) => new(
                Reason::UserAlreadyLocked,
                "An operator has locked the user already; set replace to change the lock, or use unlock.",
            )
            .with("userId", id)
            .with("state", "USER_STATE_LOCKED"),
            Self::UserNotActive { user_id, state } => new(
                Reason::UserNotActive,
                format!("The user is not active{}.", instead(state)),
            )
            .with("userId", user_id)
            .with("state", state.wire_name()),
            Self::UserNotLocked {
                user_id,
                state,
                blocked_until,
            } => {
                let instead = instead(state);
                let message = match blocked_until {
                    Some(until) => format!(
                        "The user is not locked{instead}. Sign-ins from some sources are blocked until {until} at the latest; \
                         get the user to see them."
                    ),
                    None => format!("The user is not locked{instead}."),
                };
                let description = new(Reason::UserNotLocked, message)
                    .with("userId", user_id)
                    .with("state", state.wire_name());
                match blocked_until {
                    Some(until) => description.with("blockedUntil", until),
                    None => description,
                }
            }
            Self::UserAlreadyInactive(id) => new(
                Reason::UserAlreadyInactive,
                "The user is deactivated already; use reactivate to end that.",
            )
            .with("userId", id)
            .with("state", "USER_STATE_INACTIVE"),
            Self::UserNotInactive { user_id, state } => new(
                Reason::UserNotInactive,
                format!("The user is not deactivated{}.", instead(state)),
            )
            .with("userId", user_id)
            .with("state", state.wire_name()),
            Self::TooManyUsernames(id) => new(
                Reason::TooManyUsernames,
                "The user has as many usernames as a user may have.",
            )
            .with("userId", id),
            Self::IdempotencyKeyReused => new(
                Reason::IdempotencyKeyReused,
                "The idempotency key was used for another request.",
            ),
            Self::SequenceMismatch { user_id, sequence } => {
                let description = new(Reason::SequenceMismatch, "The user has another sequence.");
                let description = match user_id {
                    Some(user_id) => description.with("userId", user_id),
                    None => description,
                };
                description.with("sequence", sequence)
            }
            Self::LastInstanceOwner => new(
                Reason::LastInstanceOwner,
                "The last active holder of IAM_OWNER has to stay in service.",
            ),
            Self::Overloaded(_) => new(Reason::Overloaded, "Too many requests at once. Try again.").retry(),
            Self::StoreUnavailable(_) => new(
                Reason::StoreUnavailable,
                "The store does not answer at the moment. Try again.",
            )
            .retry(),
            Self::ShuttingDown => new(Reason::ShuttingDown, "This server is shutting down. Try again.").retry(),
            Self::DeadlineExceeded => new(Reason::DeadlineExceeded, "The request took too long."),
            Self::RouteNotFound => new(Reason::RouteNotFound, "There is nothing at this path."),
            Self::RpcNotFound => new(Reason::RpcNotFound, "There is no such RPC."),
            Self::ServiceNotFound => new(Reason::ServiceNotFound, "There is no such service."),
            Self::MethodNotAllowed { allow } => {
                new(Reason::MethodNotAllowed, "The path does not know this method.").with("allow", allow)
            }
            Self::UnsupportedMediaType { expected } => new(
                Reason::UnsupportedMediaType,
                format!("The content type must be {expected}."),
            ),
            Self::BodyTooLarge { limit } => new(
                Reason::BodyTooLarge,
                format!("The body must have at most {limit} bytes."),
            ),
            Self::Internal(_) => match request_id {
                Some(id) => new(
                    Reason::Internal,
                    format!("Internal error. Quote request {id} to the operators."),
                )
                .with("requestId", id),
                None => new(Reason::Internal, "Internal error."),
            },
        }
    }

    /// The stable reason.
    #[must_use]
    pub fn reason(&self) -> ErrorReason {
        self.describe(None).reason
    }
}

/// The state that the user has instead of the expected one, and what helps.
fn instead(state: &UserState) -> &'static str {
    match state {
        UserState::Active => " but active",
        UserState::Inactive => " but deactivated; use reactivate",
        UserState::Locked(_) => " but locked; use unlock",
        UserState::Deleted => " but deleted",
    }
}

/// The first violations, as many as an answer can hold: one at least.
fn tellable(violations: &[FieldViolation]) -> &[FieldViolation] {
    let mut bytes = 0;
    let fitting = violations.iter().take(MAX_FIELD_VIOLATIONS).take_while(|violation| {
        bytes += violation.field.len() + violation.description.len();
        bytes <= MAX_VIOLATION_BYTES
    });
    &violations[..fitting.count().max(1).min(violations.len())]
}

fn summary(violations: &[FieldViolation]) -> String {
    let each: Vec<_> = violations
        .iter()
        .map(|violation| format!("{} {}", violation.field, violation.description))
        .collect();
    if each.is_empty() {
        "The request is not valid.".to_owned()
    } else {
        format!("{}.", each.join("; "))
    }
}
