use std::time::Duration;

use unlockd_application::{Error, ErrorReason};
use unlockd_domain::{OrganizationId, SessionId, Timestamp, UserId, UserState, UsernameId};

use crate::body::PLAIN_JSON;

/// An error that the reason is given for, if operations of this API are refused for it.
pub(super) fn sample(reason: ErrorReason) -> Option<Error> {
    let eva = || UserId::new("eva").ok();
    Some(match reason {
        ErrorReason::InvalidArgument => Error::invalid("reason", "must have at most 500 characters"),
        ErrorReason::Unimplemented => Error::Unimplemented {
            field: "contact".to_owned(),
        },
        ErrorReason::Unauthenticated => Error::TokenRefused,
        ErrorReason::PermissionDenied => Error::PermissionDenied,
        ErrorReason::InvalidCredentials => Error::InvalidCredentials,
        ErrorReason::InvalidVerificationCode => Error::InvalidVerificationCode,
        ErrorReason::SessionTokenInvalid => Error::SessionTokenRefused,
        ErrorReason::SessionNotFound => {
            Error::SessionNotFound(SessionId::new("0190503b-0a1b-7c2d-8e3f-4a5b6c7d8e9f").ok()?)
        }
        ErrorReason::UserLocked => Error::UserLocked {
            until: Timestamp::parse_rfc3339("2024-06-25T13:50:39.148123Z").ok(),
        },
        ErrorReason::TooManyAttempts => Error::TooManyAttempts {
            retry_after: Duration::from_mins(90),
        },
        ErrorReason::UserNotFound => Error::UserNotFound(eva()?),
        ErrorReason::UsernameNotFound => Error::UsernameNotFound {
            user_id: eva()?,
            username_id: UsernameId::new("0190503a-7c6c-7d2b-8f9e-2b1f3c4d5e6f").ok()?,
        },
        ErrorReason::OrganizationNotFound => Error::OrganizationNotFound(OrganizationId::new("shop").ok()?),
        ErrorReason::UserIdTaken => Error::UserIdTaken,
        ErrorReason::UsernameTaken => Error::UsernameTaken {
            username: "eva@example.com".to_owned(),
        },
        ErrorReason::UserAlreadyLocked => Error::UserAlreadyLocked(eva()?),
        ErrorReason::UserNotActive => Error::UserNotActive {
            user_id: eva()?,
            state: UserState::Inactive,
        },
        ErrorReason::UserNotLocked => Error::UserNotLocked {
            user_id: eva()?,
            state: Box::new(UserState::Active),
            blocked_until: None,
        },
        ErrorReason::UserAlreadyInactive => Error::UserAlreadyInactive(eva()?),
        ErrorReason::UserNotInactive => Error::UserNotInactive {
            user_id: eva()?,
            state: UserState::Active,
        },
        ErrorReason::TooManyUsernames => Error::TooManyUsernames(eva()?),
        ErrorReason::IdempotencyKeyReused => Error::IdempotencyKeyReused,
        ErrorReason::SequenceMismatch => Error::SequenceMismatch {
            user_id: Some(eva()?),
            sequence: 4,
        },
        ErrorReason::LastInstanceOwner => Error::LastInstanceOwner,
        ErrorReason::Overloaded => Error::Overloaded(None),
        ErrorReason::StoreUnavailable => Error::StoreUnavailable("the cause is for the log".into()),
        ErrorReason::ShuttingDown => Error::ShuttingDown,
        ErrorReason::DeadlineExceeded => Error::DeadlineExceeded,
        ErrorReason::UnsupportedMediaType => Error::UnsupportedMediaType { expected: PLAIN_JSON },
        ErrorReason::BodyTooLarge => Error::BodyTooLarge { limit: 64 * 1024 },
        ErrorReason::Internal => Error::internal("the cause is for the log"),
        ErrorReason::OrganizationIdTaken
        | ErrorReason::AccessTokenNotFound
        | ErrorReason::GrantNotFound
        | ErrorReason::RouteNotFound
        | ErrorReason::RpcNotFound
        | ErrorReason::ServiceNotFound
        | ErrorReason::MethodNotAllowed => return None,
    })
}
