use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::activity_event::{ActivityEvent, ActivityName};
use crate::actor::Actor;
use crate::event::UserEvent;
use crate::event_name::UserEventName;
use crate::id::{OrganizationId, UserId};
use crate::policy_event::{PolicyEvent, PolicyEventName};
use crate::sequence::Sequence;
use crate::source::Source;
use crate::timestamp::Timestamp;

/// One fact in the history of whatever has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Of a user.
    User(UserEvent),
    /// Of a lockout policy.
    Policy(PolicyEvent),
    /// Of neither: it changes no state that has a sequence.
    Activity(ActivityEvent),
}

/// The name of what can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventName {
    /// To a user.
    User(UserEventName),
    /// To a lockout policy.
    Policy(PolicyEventName),
    /// Without a sequence.
    Activity(ActivityName),
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
            Self::Activity(event) => EventName::Activity(event.kind.name()),
        }
    }

    /// The user it is about, if it is about one.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::User(event) => Some(&event.user_id),
            Self::Policy(_) => None,
            Self::Activity(event) => event.user_id.as_ref(),
        }
    }

    /// The organization that owned the user then, or that the event is about; none of an event of the whole instance.
    #[must_use]
    pub fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::User(event) => Some(&event.organization),
            Self::Policy(event) => event.organization.as_ref(),
            Self::Activity(event) => event.organization.as_ref(),
        }
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        match self {
            Self::User(event) => &event.actor,
            Self::Policy(event) => &event.actor,
            Self::Activity(event) => &event.actor,
        }
    }

    /// When.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        match self {
            Self::User(event) => event.time,
            Self::Policy(event) => event.time,
            Self::Activity(event) => event.time,
        }
    }

    /// Where the request came from that led to it, if that is kept.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        match self {
            Self::User(event) => event.source.as_ref(),
            Self::Policy(event) => event.source.as_ref(),
            Self::Activity(event) => event.source.as_ref(),
        }
    }

    /// Place in the history of its user or policy; none of an activity.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        match self {
            Self::User(event) => Some(event.sequence),
            Self::Policy(event) => Some(event.sequence),
            Self::Activity(_) => None,
        }
    }

    /// Removes what is personal: the rest stays when the user is deleted.
    #[must_use]
    pub fn erased(self) -> Self {
        match self {
            Self::User(event) => Self::User(event.erased()),
            Self::Activity(event) => Self::Activity(event.erased()),
            Self::Policy(_) => self,
        }
    }
}

impl EventName {
    /// Every name.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_users = UserEventName::ALL.into_iter().map(Self::User);
        let of_policies = PolicyEventName::ALL.into_iter().map(Self::Policy);
        let activities = ActivityName::ALL.into_iter().map(Self::Activity);
        of_users.chain(of_policies).chain(activities)
    }

    /// The name as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User(name) => name.as_str(),
            Self::Policy(name) => name.as_str(),
            Self::Activity(name) => name.as_str(),
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
