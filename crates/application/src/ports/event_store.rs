use async_trait::async_trait;
use unlockd_domain::{ActivityEvent, Event, EventName, OrganizationId, Position, Timestamp, UserId};

use super::{StoreError, Visibility};

/// The events of all users and of all lockout policies in one order, that of their positions.
///
/// Transactions may end in another order than they took their positions in. So nobody reads beyond a settled position:
/// up to there every event that will ever be is there to be read.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// A position up to which everything is settled.
    ///
    /// - Each event whose write was answered before the call MUST be at or before it.
    /// - No event MUST ever be written at or before it from now on, by whatever process, and each event that is there MUST be
    ///   seen by every read from now on.
    /// - It MUST NOT be before one that was answered earlier, by whatever process.
    /// - An event of a user MUST have a later position than the event in front of it.
    async fn settled(&self) -> Result<Position, StoreError>;

    /// Appends an event that changes no state. MUST be durable when it answers `Ok`. MUST write nothing when the event names a
    /// user who was never created, and write it [erased](ActivityEvent::erased) when that user is deleted.
    async fn append(&self, event: &ActivityEvent) -> Result<(), StoreError>;

    /// Deletes old events: examines at most so many behind a position, in the order of positions, until one is not older than
    /// `before`, and answers the position of the last one that was; `after`, when none was.
    ///
    /// - MUST keep the first event of each user, by which users are listed, and the last event of all, behind which
    ///   positions go on.
    /// - Any number of parallel calls, in whatever processes, MUST do no harm.
    async fn prune(&self, before: Timestamp, after: Position, limit: u32) -> Result<Position, StoreError>;

    /// The events within the range that fit the filter, at most [`EventRange::limit`], in the range's order.
    async fn select(&self, filter: &EventFilter, range: &EventRange) -> Result<Vec<RecordedEvent>, StoreError>;
}

/// An event in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Where it stands among all events.
    pub position: Position,
    /// What happened.
    pub event: Event,
}

/// Which events are asked for; what is empty does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter {
    /// Those that may be seen: by the organization that owned the user then, or whose policy it is. What belongs to no
    /// organization is seen by those who see the whole instance.
    pub visibility: Visibility,
    /// Those of this user.
    pub user_id: Option<UserId>,
    /// Those of this organization's users, and of its policy.
    pub organization: Option<OrganizationId>,
    /// Those that this user has brought about.
    pub actor: Option<UserId>,
    /// Those of one of these names.
    pub kinds: Vec<EventName>,
    /// Those after this moment.
    pub after: Option<Timestamp>,
    /// Those before this moment.
    pub before: Option<Timestamp>,
}

/// Which positions are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRange {
    /// Only what is behind this position.
    pub after: Position,
    /// Only what is at or before this position.
    pub up_to: Position,
    /// What comes first.
    pub order: EventOrder,
    /// How many at most.
    pub limit: u32,
}

/// The order of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventOrder {
    /// The oldest first.
    #[default]
    Forward,
    /// The newest first.
    Backward,
}

impl EventFilter {
    /// Every event that may be seen.
    #[must_use]
    pub fn all(visibility: Visibility) -> Self {
        Self {
            visibility,
            user_id: None,
            organization: None,
            actor: None,
            kinds: Vec::new(),
            after: None,
            before: None,
        }
    }

    /// Whether the event is asked for: what stores say in their own language.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        let fits = |wanted: &Option<UserId>, id: Option<&UserId>| wanted.is_none() || wanted.as_ref() == id;
        let organization = event.organization();
        organization.map_or(self.visibility == Visibility::Instance, |id| self.visibility.covers(id))
            && fits(&self.user_id, event.user_id())
            && fits(&self.actor, event.actor().user_id())
            && (self.organization.is_none() || self.organization.as_ref() == organization)
            && (self.kinds.is_empty() || self.kinds.contains(&event.name()))
            && self.after.is_none_or(|after| event.time() > after)
            && self.before.is_none_or(|before| event.time() < before)
    }
}

impl EventRange {
    /// Whether the position is asked for.
    #[must_use]
    pub fn contains(&self, position: Position) -> bool {
        self.after < position && position <= self.up_to
    }
}
