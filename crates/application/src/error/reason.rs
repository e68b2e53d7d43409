/// The canonical codes of `google.rpc.Code` that unlockd answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// 3
    InvalidArgument,
    /// 4
    DeadlineExceeded,
    /// 5
    NotFound,
    /// 6
    AlreadyExists,
    /// 7
    PermissionDenied,
    /// 8
    ResourceExhausted,
    /// 9
    FailedPrecondition,
    /// 10
    Aborted,
    /// 12
    Unimplemented,
    /// 13
    Internal,
    /// 14
    Unavailable,
    /// 16
    Unauthenticated,
}

impl Code {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::InvalidArgument => 3,
            Self::DeadlineExceeded => 4,
            Self::NotFound => 5,
            Self::AlreadyExists => 6,
            Self::PermissionDenied => 7,
            Self::ResourceExhausted => 8,
            Self::FailedPrecondition => 9,
            Self::Aborted => 10,
            Self::Unimplemented => 12,
            Self::Internal => 13,
            Self::Unavailable => 14,
            Self::Unauthenticated => 16,
        }
    }
}

macro_rules! reasons {
    ($($(#[$docs:meta])* $name:ident = $text:literal, $code:ident;)*) => {
        /// The stable, machine-readable reason of an error: what clients switch on. Sent in `google.rpc.ErrorInfo`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorReason {
            $($(#[$docs])* $name,)*
        }

        impl ErrorReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire. Never changed once released.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The canonical code that goes with it.
            #[must_use]
            pub fn code(self) -> Code {
                match self { $(Self::$name => Code::$code,)* }
            }
        }
    };
}

reasons! {
    /// The request is not well formed; the field violations say where.
    InvalidArgument = "INVALID_ARGUMENT", InvalidArgument;
    /// The API documents it, unlockd does not do it.
    Unimplemented = "UNIMPLEMENTED", Unimplemented;
    /// No token, or one that is refused.
    Unauthenticated = "UNAUTHENTICATED", Unauthenticated;
    /// The caller may not.
    PermissionDenied = "PERMISSION_DENIED", PermissionDenied;
    /// The user of the caller's session must change the password before the session can be used for anything else.
    PasswordChangeRequired = "PASSWORD_CHANGE_REQUIRED", PermissionDenied;
    /// The user whom it is about holds permissions that the caller lacks.
    TargetHasMorePermissions = "TARGET_HAS_MORE_PERMISSIONS", PermissionDenied;
    /// No active user has this name or id and this password; which of it is wrong is not told.
    InvalidCredentials = "INVALID_CREDENTIALS", PermissionDenied;
    /// The code to reset the password by is wrong, used up or expired, or there is none; not told apart.
    InvalidVerificationCode = "INVALID_VERIFICATION_CODE", PermissionDenied;
    /// The session has another token by now, or has ended, or its user may not come in; not told apart.
    SessionTokenInvalid = "SESSION_TOKEN_INVALID", PermissionDenied;
    /// No such user.
    UserNotFound = "USER_NOT_FOUND", NotFound;
    /// No such username of the user.
    UsernameNotFound = "USERNAME_NOT_FOUND", NotFound;
    /// No such organization.
    OrganizationNotFound = "ORGANIZATION_NOT_FOUND", NotFound;
    /// No such access token.
    AccessTokenNotFound = "ACCESS_TOKEN_NOT_FOUND", NotFound;
    /// No such grant.
    GrantNotFound = "GRANT_NOT_FOUND", NotFound;
    /// No such session, or it has expired.
    SessionNotFound = "SESSION_NOT_FOUND", NotFound;
    /// The user id is in use or was.
    UserIdTaken = "USER_ID_TAKEN", AlreadyExists;
    /// The username is in use in its scope.
    UsernameTaken = "USERNAME_TAKEN", AlreadyExists;
    /// The organization id is in use.
    OrganizationIdTaken = "ORGANIZATION_ID_TAKEN", AlreadyExists;
    /// Locking a locked user.
    UserAlreadyLocked = "USER_ALREADY_LOCKED", FailedPrecondition;
    /// Signing in as a user who is locked, where the lockout policy reveals that.
    UserLocked = "USER_LOCKED", FailedPrecondition;
    /// Locking a user who is not active, or using a session of such a user.
    UserNotActive = "USER_NOT_ACTIVE", FailedPrecondition;
    /// Unlocking a user who is not locked.
    UserNotLocked = "USER_NOT_LOCKED", FailedPrecondition;
    /// Deactivating an inactive user.
    UserAlreadyInactive = "USER_ALREADY_INACTIVE", FailedPrecondition;
    /// Reactivating a user who is not inactive.
    UserNotInactive = "USER_NOT_INACTIVE", FailedPrecondition;
    /// The user has as many usernames as a user may have.
    TooManyUsernames = "TOO_MANY_USERNAMES", FailedPrecondition;
    /// The caller has used the idempotency key for another request.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", FailedPrecondition;
    /// The user's sequence is not the one that the request expects.
    SequenceMismatch = "SEQUENCE_MISMATCH", Aborted;
    /// No active holder of `IAM_OWNER` would be left.
    LastInstanceOwner = "LAST_INSTANCE_OWNER", FailedPrecondition;
    /// Too much at once; try again.
    Overloaded = "OVERLOADED", ResourceExhausted;
    /// Too many sign-ins of this kind have failed, or are under way; try again later.
    TooManyAttempts = "TOO_MANY_ATTEMPTS", ResourceExhausted;
    /// The store does not answer; try again.
    StoreUnavailable = "STORE_UNAVAILABLE", Unavailable;
    /// This replica is about to stop; try again.
    ShuttingDown = "SHUTTING_DOWN", Unavailable;
    /// The request took too long.
    DeadlineExceeded = "DEADLINE_EXCEEDED", DeadlineExceeded;
    /// No such path.
    RouteNotFound = "ROUTE_NOT_FOUND", NotFound;
    /// No such RPC.
    RpcNotFound = "RPC_NOT_FOUND", Unimplemented;
    /// No such service to tell the health of.
    ServiceNotFound = "SERVICE_NOT_FOUND", NotFound;
    /// The path exists, for other methods.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", Unimplemented;
    /// The body's type is not read here.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", InvalidArgument;
    /// The body is too large.
    BodyTooLarge = "BODY_TOO_LARGE", InvalidArgument;
    /// A fault of unlockd's own.
    Internal = "INTERNAL", Internal;
}
