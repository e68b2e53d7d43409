//! Every way in which a request can fail, the same over every transport.

mod description;
mod reason;
mod violations;

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use thiserror::Error as ThisError;
use unlockd_domain::{AccessTokenId, OrganizationId, SessionId, Timestamp, UserId, UserState, UsernameId};

pub use description::{ErrorDescription, FieldViolation};
pub use reason::{Code, ErrorReason};
pub(crate) use violations::Violations;

use crate::ports::{BoxError, PasswordHasherError, StoreError};

/// Why a request was not done. [`Error::describe`] gives what a client may know; sources are for the log only.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The request is not well formed.
    #[error("invalid argument")]
    InvalidArgument(Vec<FieldViolation>),
    /// The request asks for something that the API documents and unlockd does not do.
    #[error("{field} is not implemented")]
    Unimplemented {
        /// The field's path in the request, or the name of the operation.
        field: String,
    },
    /// The request carries no bearer token.
    #[error("no bearer token")]
    TokenMissing,
    /// The bearer token is unknown, revoked or expired, or its user may not come in: not told apart.
    #[error("the bearer token is refused")]
    TokenRefused,
    /// The caller may not do this, or not to this user, or must not know whether there is such a user.
    #[error("permission denied")]
    PermissionDenied,
    /// No active user has this name or id and this password. Which of it is wrong is not told.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// The code to reset the password by is wrong, used up or expired, or there is none. Which is not told.
    #[error("invalid verification code")]
    InvalidVerificationCode,
    /// The session has another token by now, or has ended, or its user may not come in. Which is not told.
    #[error("the session token is refused")]
    SessionTokenRefused,
    /// There is no such session any more.
    #[error("session {0} not found")]
    SessionNotFound(SessionId),
    /// Somebody tries to sign in as a user who is locked, and the lockout policy reveals that.
    #[error("the user is locked")]
    UserLocked {
        /// From when on the user is active again, if that was set.
        until: Option<Timestamp>,
    },
    /// Too many sign-ins of this kind have failed or are under way; no password was looked at.
    #[error("too many attempts")]
    TooManyAttempts {
        /// When trying again may help.
        retry_after: Duration,
    },
    /// There is no such user.
    #[error("user {0} not found")]
    UserNotFound(UserId),
    /// The user has no username of this id.
    #[error("username {username_id} of user {user_id} not found")]
    UsernameNotFound {
        /// Who.
        user_id: UserId,
        /// Which username.
        username_id: UsernameId,
    },
    /// There is no such organization.
    #[error("organization {0} not found")]
    OrganizationNotFound(OrganizationId),
    /// There is no such token.
    #[error("access token {0} not found")]
    AccessTokenNotFound(AccessTokenId),
    /// The user does not hold the role.
    #[error("grant not found")]
    GrantNotFound,
    /// A user of this id exists or existed.
    #[error("user id taken")]
    UserIdTaken,
    /// A user signs in with this name already.
    #[error("username {username:?} taken")]
    UsernameTaken {
        /// The name as the request has it.
        username: String,
    },
    /// An organization of this id exists.
    #[error("organization id taken")]
    OrganizationIdTaken,
    /// An operator has locked the user already.
    #[error("user {0} already locked")]
    UserAlreadyLocked(UserId),
    /// A user who is inactive or deleted cannot be locked.
    #[error("user {user_id} not active")]
    UserNotActive {
        /// Who.
        user_id: UserId,
        /// The state that stands in the way.
        state: UserState,
    },
    /// Only a locked user can be unlocked.
    #[error("user {user_id} not locked")]
    UserNotLocked {
        /// Who.
        user_id: UserId,
        /// The state that stands in the way.
        state: Box<UserState>,
        /// The end of the last block of a source for the user, if there is one.
        blocked_until: Option<Timestamp>,
    },
    /// Only a user in service can be put aside.
    #[error("user {0} already inactive")]
    UserAlreadyInactive(UserId),
    /// Only an inactive user can be taken back.
    #[error("user {user_id} not inactive")]
    UserNotInactive {
        /// Who.
        user_id: UserId,
        /// The state that stands in the way.
        state: UserState,
    },
    /// The user has as many usernames as a user may have.
    #[error("user {0} has too many usernames")]
    TooManyUsernames(UserId),
    /// The caller has used the idempotency key for another request.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// The user's sequence is not the one that the request expects.
    #[error("the sequence is {sequence}")]
    SequenceMismatch {
        /// Who, if they have an id yet.
        user_id: Option<UserId>,
        /// The sequence that the user has; 0 for a user who does not exist yet.
        sequence: u64,
    },
    /// Nobody would be left who may do everything.
    #[error("last instance owner")]
    LastInstanceOwner,
    /// Too much at once; nothing was done.
    #[error("overloaded")]
    Overloaded(#[source] Option<BoxError>),
    /// The store does not answer; a write may or may not have happened.
    #[error("store unavailable")]
    StoreUnavailable(#[source] BoxError),
    /// unlockd is about to stop; nothing was done.
    #[error("shutting down")]
    ShuttingDown,
    /// The request's time is over; a write may or may not have happened.
    #[error("deadline exceeded")]
    DeadlineExceeded,
    /// There is no such path.
    #[error("no such route")]
    RouteNotFound,
    /// There is no such RPC.
    #[error("no such RPC")]
    RpcNotFound,
    /// There is no such service whose health could be told.
    #[error("no such service")]
    ServiceNotFound,
    /// The path exists, for other methods.
    #[error("method not allowed")]
    MethodNotAllowed {
        /// The methods it exists for, as in the `Allow` header.
        allow: String,
    },
    /// The body is of a type that the route does not read.
    #[error("unsupported media type")]
    UnsupportedMediaType {
        /// The type that it reads.
        expected: &'static str,
    },
    /// The body is too large.
    #[error("body larger than {limit} bytes")]
    BodyTooLarge {
        /// The largest body, in bytes.
        limit: usize,
    },
    /// A fault of unlockd's own.
    #[error("internal error")]
    Internal(#[source] BoxError),
}

impl Error {
    /// One field that is not well formed.
    pub fn invalid(field: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self::InvalidArgument(vec![FieldViolation::new(field, problem)])
    }

    /// The first field that is set, of those that the API documents and unlockd does nothing with.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] with its name.
    pub(crate) fn refuse_fields(fields: &[(bool, &str)]) -> Result<(), Self> {
        match fields.iter().find(|(is_set, _)| *is_set) {
            Some((_, field)) => Err(Self::Unimplemented {
                field: (*field).to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// A fault of unlockd's own.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self::Internal(source.into())
    }

    /// The fault of unlockd's own that a caught panic is.
    #[must_use]
    pub fn panicked(panic: &(dyn Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::internal(format!("panicked: {}", message.unwrap_or("without a message")))
    }

    /// What `WWW-Authenticate` says with this error, if it goes with it. Only those who sent a token are told that it is
    /// refused (RFC 6750, section 3).
    #[must_use]
    pub fn challenge(&self) -> Option<&'static str> {
        if matches!(self, Self::TokenMissing) {
            Some(r#"Bearer realm="unlockd""#)
        } else if matches!(self, Self::TokenRefused) {
            Some(r#"Bearer realm="unlockd", error="invalid_token""#)
        } else {
            None
        }
    }

    /// Writes what the operators must see of this error to the log, with the whole chain of sources and the id by which
    /// the request is quoted. Called once, where the error becomes an answer.
    pub fn log(&self, request_id: Option<&str>) {
        let sources = sources_of(self);
        match self {
            Self::Internal(_) => tracing::error!(request.id = request_id, error = %self, sources, "a request failed"),
            Self::StoreUnavailable(_) | Self::Overloaded(_) => {
                tracing::warn!(request.id = request_id, error = %self, sources, "a request could not be served");
            }
            Self::InvalidArgument(_)
            | Self::Unimplemented { .. }
            | Self::TokenMissing
            | Self::TokenRefused
            | Self::PermissionDenied
            | Self::InvalidCredentials
            | Self::InvalidVerificationCode
            | Self::SessionTokenRefused
            | Self::SessionNotFound(_)
            | Self::UserLocked { .. }
            | Self::TooManyAttempts { .. }
            | Self::UserNotFound(_)
            | Self::OrganizationNotFound(_)
            | Self::AccessTokenNotFound(_)
            | Self::GrantNotFound
            | Self::UserIdTaken
            | Self::UsernameTaken { .. }
            | Self::OrganizationIdTaken
            | Self::UserAlreadyLocked(_)
            | Self::UserNotActive { .. }
            | Self::UserNotLocked { .. }
            | Self::UsernameNotFound { .. }
            | Self::UserAlreadyInactive(_)
            | Self::UserNotInactive { .. }
            | Self::TooManyUsernames(_)
            | Self::IdempotencyKeyReused
            | Self::SequenceMismatch { .. }
            | Self::LastInstanceOwner
            | Self::ShuttingDown
            | Self::DeadlineExceeded
            | Self::RouteNotFound
            | Self::RpcNotFound
            | Self::ServiceNotFound
            | Self::MethodNotAllowed { .. }
            | Self::UnsupportedMediaType { .. }
            | Self::BodyTooLarge { .. } => {}
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) => Self::StoreUnavailable(source),
            StoreError::Overloaded(source) => Self::Overloaded(Some(source)),
            StoreError::Internal(source) => Self::Internal(source),
        }
    }
}

impl From<PasswordHasherError> for Error {
    fn from(error: PasswordHasherError) -> Self {
        match error {
            PasswordHasherError::Overloaded => Self::Overloaded(Some(error.into())),
            PasswordHasherError::Failed(source) => Self::Internal(source),
        }
    }
}

fn sources_of(error: &dyn StdError) -> String {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(source) = next {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
