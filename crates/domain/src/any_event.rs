use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::actor::Actor;
use crate::event::UserEvent;
use crate::event_name::UserEventName;
use crate::id::{OrganizationId, UserId};
use crate::policy_event::{PolicyEvent, PolicyEventName};
use crate::source::Source;
use crate::timestamp::Timestamp;

/// One fact in the history of whatever has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Of a user.
    User(UserEvent),
    /// Of a lockout policy.
    Policy(PolicyEvent),
}

/// The name of what can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventName {
    /// To a user.
    User(UserEventName),
    /// To a lockout policy.
    Policy(PolicyEventName),
}

/// The text names nothing that can happen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("must be one of {list}", list = EventName::all().map(EventName::as_str).collect::<Vec<_>>().join(", "))]
pub struct UnknownEventName;

impl Event {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> EventName {
        match self {
            Self::User(event) => EventName::User(event.kind.name()),
            Self::Policy(event) => EventName::Policy(event.name()),
        }
    }

    /// Whose history it belongs to, of a user's event.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::User(event) => Some(&event.user_id),
            Self::Policy(_) => None,
        }
    }

    /// The organization that owned the user then, or whose policy it is; none of the instance's policy.
    #[must_use]
    pub fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::User(event) => Some(&event.organization),
            Self::Policy(event) => event.organization.as_ref(),
        }
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        match self {
            Self::User(event) => &event.actor,
            Self::Policy(event) => &event.actor,
        }
    }

    /// When.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        match self {
            Self::User(event) => event.time,
            Self::Policy(event) => event.time,
        }
    }

    /// Where the request came from that led to it, if that is kept.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        match self {
            Self::User(event) => event.source.as_ref(),
            Self::Policy(event) => event.source.as_ref(),
        }
    }
}

impl EventName {
    /// Every name.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_users = UserEventName::ALL.into_iter().map(Self::User);
        of_users.chain(PolicyEventName::ALL.into_iter().map(Self::Policy))
    }

    /// The name as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User(name) => name.as_str(),
            Self::Policy(name) => name.as_str(),
        }
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EventName {
    type Err = UnknownEventName;

    fn from_str(text: &str) -> Result<Self, UnknownEventName> {
        Self::all().find(|name| name.as_str() == text).ok_or(UnknownEventName)
    }
}
