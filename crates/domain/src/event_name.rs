use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The name of what can happen to a user: what is stored, and shown to people and programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserEventName {
    /// `user.created`
    Created,
    /// `user.updated`
    Updated,
    /// `user.locked`
    Locked,
    /// `user.unlocked`
    Unlocked,
    /// `user.deactivated`
    Deactivated,
    /// `user.reactivated`
    Reactivated,
    /// `user.deleted`
    Deleted,
    /// `user.username.added`
    UsernameAdded,
    /// `user.username.removed`
    UsernameRemoved,
    /// `user.password.changed`
    PasswordChanged,
    /// `user.password.check.succeeded`
    PasswordCheckSucceeded,
    /// `user.password.check.failed`
    PasswordCheckFailed,
    /// `user.password.reset.requested`
    PasswordResetRequested,
    /// `user.password.reset.failed`
    PasswordResetFailed,
    /// `user.role.granted`
    RoleGranted,
    /// `user.role.removed`
    RoleRemoved,
}

/// The text names nothing that can happen to a user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("must be one of {list}", list = UserEventName::ALL.map(UserEventName::as_str).join(", "))]
pub struct UnknownUserEventName;

impl UserEventName {
    /// Every name.
    pub const ALL: [Self; 16] = [
        Self::Created,
        Self::Updated,
        Self::Locked,
        Self::Unlocked,
        Self::Deactivated,
        Self::Reactivated,
        Self::Deleted,
        Self::UsernameAdded,
        Self::UsernameRemoved,
        Self::PasswordChanged,
        Self::PasswordCheckSucceeded,
        Self::PasswordCheckFailed,
        Self::PasswordResetRequested,
        Self::PasswordResetFailed,
        Self::RoleGranted,
        Self::RoleRemoved,
    ];

    /// The name as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "user.created",
            Self::Updated => "user.updated",
            Self::Locked => "user.locked",
            Self::Unlocked => "user.unlocked",
            Self::Deactivated => "user.deactivated",
            Self::Reactivated => "user.reactivated",
            Self::Deleted => "user.deleted",
            Self::UsernameAdded => "user.username.added",
            Self::UsernameRemoved => "user.username.removed",
            Self::PasswordChanged => "user.password.changed",
            Self::PasswordCheckSucceeded => "user.password.check.succeeded",
            Self::PasswordCheckFailed => "user.password.check.failed",
            Self::PasswordResetRequested => "user.password.reset.requested",
            Self::PasswordResetFailed => "user.password.reset.failed",
            Self::RoleGranted => "user.role.granted",
            Self::RoleRemoved => "user.role.removed",
        }
    }
}

impl fmt::Display for UserEventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for UserEventName {
    type Err = UnknownUserEventName;

    fn from_str(text: &str) -> Result<Self, UnknownUserEventName> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownUserEventName)
    }
}
