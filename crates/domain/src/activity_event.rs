use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::access_token::TokenName;
use crate::actor::Actor;
use crate::id::{AccessTokenId, OrganizationId, SessionId, UserId};
use crate::source::Source;
use crate::timestamp::Timestamp;

/// One fact that changes no state with a sequence: neither that of a user nor that of a lockout policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityEvent {
    /// What happened.
    pub kind: ActivityKind,
    /// The user it is about.
    pub user_id: Option<UserId>,
    /// The organization it is about, or that owned the user then. Without one, only readers of the instance see the event.
    pub organization: Option<OrganizationId>,
    /// Actor.
    pub actor: Actor,
    /// When.
    pub time: Timestamp,
    /// Source of the request that led to it. Erased when the user is deleted.
    pub source: Option<Source>,
}

/// The kinds of [`ActivityEvent`], with their details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivityKind {
    /// An organization was created.
    OrganizationCreated,
    /// An access token of the user was created.
    TokenCreated(TokenReference),
    /// An access token of the user was revoked.
    TokenRevoked(TokenReference),
    /// The user proved their password in a session.
    SessionBegun(SessionId),
    /// A session of the user was ended by a request.
    SessionEnded(SessionId),
    /// A sign-in failed that no event of a user records.
    SignInFailed,
    /// A sign-in was refused without a look at the password.
    SignInRefused,
}

/// An access token, as events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenReference {
    /// Its id.
    pub id: AccessTokenId,
    /// Its name. Erased when the user is deleted.
    pub name: Option<TokenName>,
}

/// Names of the kinds of [`ActivityEvent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActivityName {
    /// `organization.created`
    OrganizationCreated,
    /// `user.token.created`
    TokenCreated,
    /// `user.token.revoked`
    TokenRevoked,
    /// `user.session.begun`
    SessionBegun,
    /// `user.session.ended`
    SessionEnded,
    /// `sign_in.failed`
    SignInFailed,
    /// `sign_in.refused`
    SignInRefused,
}

/// Details of an [`ActivityKind`] as stores keep them, beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredActivityDetails {
    /// [`ActivityKind::token`]
    pub token: Option<TokenReference>,
    /// [`ActivityKind::session_id`]
    pub session_id: Option<SessionId>,
}

/// The text names no kind of [`ActivityEvent`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("names no activity")]
pub struct UnknownActivityName;

/// The stored name and details make no [`ActivityKind`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no activity {name} with these details is known")]
pub struct UnknownActivity {
    /// The stored name.
    pub name: ActivityName,
}

impl ActivityEvent {
    /// Removes what is personal: the rest stays when the user is deleted.
    #[must_use]
    pub fn erased(self) -> Self {
        let without_name = |token: TokenReference| TokenReference { name: None, ..token };
        Self {
            kind: match self.kind {
                ActivityKind::TokenCreated(token) => ActivityKind::TokenCreated(without_name(token)),
                ActivityKind::TokenRevoked(token) => ActivityKind::TokenRevoked(without_name(token)),
                kind @ (ActivityKind::OrganizationCreated
                | ActivityKind::SessionBegun(_)
                | ActivityKind::SessionEnded(_)
                | ActivityKind::SignInFailed
                | ActivityKind::SignInRefused) => kind,
            },
            source: None,
            ..self
        }
    }
}

impl ActivityKind {
    /// Restores a kind from its stored name and details.
    ///
    /// # Errors
    /// [`UnknownActivity`] when the details do not fit the name.
    pub fn restore(name: ActivityName, details: StoredActivityDetails) -> Result<Self, UnknownActivity> {
        let unknown = UnknownActivity { name };
        match (name, details.token, details.session_id) {
            (ActivityName::OrganizationCreated, None, None) => Ok(Self::OrganizationCreated),
            (ActivityName::TokenCreated, Some(token), None) => Ok(Self::TokenCreated(token)),
            (ActivityName::TokenRevoked, Some(token), None) => Ok(Self::TokenRevoked(token)),
            (ActivityName::SessionBegun, None, Some(id)) => Ok(Self::SessionBegun(id)),
            (ActivityName::SessionEnded, None, Some(id)) => Ok(Self::SessionEnded(id)),
            (ActivityName::SignInFailed, None, None) => Ok(Self::SignInFailed),
            (ActivityName::SignInRefused, None, None) => Ok(Self::SignInRefused),
            _ => Err(unknown),
        }
    }

    /// Name of the kind.
    #[must_use]
    pub fn name(&self) -> ActivityName {
        match self {
            Self::OrganizationCreated => ActivityName::OrganizationCreated,
            Self::TokenCreated(_) => ActivityName::TokenCreated,
            Self::TokenRevoked(_) => ActivityName::TokenRevoked,
            Self::SessionBegun(_) => ActivityName::SessionBegun,
            Self::SessionEnded(_) => ActivityName::SessionEnded,
            Self::SignInFailed => ActivityName::SignInFailed,
            Self::SignInRefused => ActivityName::SignInRefused,
        }
    }

    /// The access token it is about.
    #[must_use]
    pub fn token(&self) -> Option<&TokenReference> {
        match self {
            Self::TokenCreated(token) | Self::TokenRevoked(token) => Some(token),
            Self::OrganizationCreated
            | Self::SessionBegun(_)
            | Self::SessionEnded(_)
            | Self::SignInFailed
            | Self::SignInRefused => None,
        }
    }

    /// The session it is about.
    #[must_use]
    pub fn session_id(&self) -> Option<&SessionId> {
        match self {
            Self::SessionBegun(id) | Self::SessionEnded(id) => Some(id),
            Self::OrganizationCreated
            | Self::TokenCreated(_)
            | Self::TokenRevoked(_)
            | Self::SignInFailed
            | Self::SignInRefused => None,
        }
    }
}

impl ActivityName {
    /// Every name.
    pub const ALL: [Self; 7] = [
        Self::OrganizationCreated,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::SessionBegun,
        Self::SessionEnded,
        Self::SignInFailed,
        Self::SignInRefused,
    ];

    /// The name as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "organization.created",
            Self::TokenCreated => "user.token.created",
            Self::TokenRevoked => "user.token.revoked",
            Self::SessionBegun => "user.session.begun",
            Self::SessionEnded => "user.session.ended",
            Self::SignInFailed => "sign_in.failed",
            Self::SignInRefused => "sign_in.refused",
        }
    }
}

impl fmt::Display for ActivityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ActivityName {
    type Err = UnknownActivityName;

    fn from_str(text: &str) -> Result<Self, UnknownActivityName> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownActivityName)
    }
}
