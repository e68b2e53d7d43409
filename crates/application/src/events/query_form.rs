use unlockd_domain::{EventName, OrganizationId, Position, PositionOutOfRange, Timestamp, TimestampOutOfRange, UserId};

use super::page_token::PageToken;
use super::{ListEvents, WatchEvents};
use crate::error::{Error, Violations};
use crate::ports::{EventFilter, EventOrder, Visibility};

/// Which events are asked for, as a wire brings it: the fields that the requests of `unlockd.event.v1` share. Texts are empty
/// when they are not set.
#[derive(Debug, Clone, Default)]
pub struct EventFilterForm {
    /// `user_id`.
    pub user_id: String,
    /// `organization_id`.
    pub organization_id: String,
    /// `actor_id`.
    pub actor_id: String,
    /// `kinds`.
    pub kinds: Vec<String>,
    /// `after`, if it is set.
    pub after: Option<Result<Timestamp, TimestampOutOfRange>>,
    /// `before`, if it is set.
    pub before: Option<Result<Timestamp, TimestampOutOfRange>>,
}

/// `unlockd.event.v1.ListEventsRequest`.
#[derive(Debug, Clone, Default)]
pub struct ListEventsForm {
    /// Which events.
    pub filter: EventFilterForm,
    /// `order`, by the wire's number.
    pub order: i32,
    /// `page_size`; 0 when it is not set.
    pub page_size: u32,
    /// `page_token`.
    pub page_token: String,
}

/// `unlockd.event.v1.WatchEventsRequest`.
#[derive(Debug, Clone, Default)]
pub struct WatchEventsForm {
    /// Which events; `after` and `before` are not among its fields.
    pub filter: EventFilterForm,
    /// `after_position`, if it is set.
    pub after_position: Option<Result<Position, PositionOutOfRange>>,
}

impl EventFilterForm {
    /// The filter, from what is well formed, or notes of what is not. It shows nothing yet.
    fn parse(self, violations: &mut Violations) -> EventFilter {
        let mut user_id = |field, id: String| {
            (!id.is_empty())
                .then(|| violations.keep(field, UserId::new(id)))
                .flatten()
        };
        let (user, actor) = (user_id("user_id", self.user_id), user_id("actor_id", self.actor_id));
        let organization = (!self.organization_id.is_empty())
            .then(|| violations.keep("organization_id", OrganizationId::new(self.organization_id)));
        let mut kinds = Vec::new();
        for (index, kind) in self.kinds.into_iter().enumerate() {
            kinds.extend(violations.keep(format!("kinds[{index}]"), kind.parse::<EventName>()));
        }
        // The order in which they are asked for does not matter, nor how often.
        kinds.sort_unstable();
        kinds.dedup();
        EventFilter {
            visibility: Visibility::Organizations(Vec::new()),
            user_id: user,
            organization: organization.flatten(),
            actor,
            kinds,
            after: self.after.and_then(|after| violations.keep("after", after)),
            before: self.before.and_then(|before| violations.keep("before", before)),
        }
    }
}

impl ListEventsForm {
    /// The query.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong.
    pub fn parse(self) -> Result<ListEvents, Error> {
        let mut violations = Violations::default();
        let filter = self.filter.parse(&mut violations);
        // `unlockd.event.v1.EventOrder`.
        let order = match self.order {
            0 | 1 => EventOrder::Forward,
            2 => EventOrder::Backward,
            _ => {
                violations.note("order", "must be one of the values that are defined");
                EventOrder::Forward
            }
        };
        if self.page_size > ListEvents::MAX_PAGE_SIZE {
            violations.note("page_size", format!("must be at most {}", ListEvents::MAX_PAGE_SIZE));
        }
        let behind = (!self.page_token.is_empty())
            .then(|| PageToken::position_in(&self.page_token, &filter, order))
            .and_then(|position| violations.keep("page_token", position));
        violations.finish(Some(ListEvents {
            filter,
            order,
            page_size: match self.page_size {
                0 => ListEvents::DEFAULT_PAGE_SIZE,
                size => size,
            },
            behind,
        }))
    }
}

impl WatchEventsForm {
    /// The query.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong.
    pub fn parse(self) -> Result<WatchEvents, Error> {
        let mut violations = Violations::default();
        let filter = self.filter.parse(&mut violations);
        let after = self
            .after_position
            .and_then(|position| violations.keep("after_position", position));
        violations.finish(Some(WatchEvents { filter, after }))
    }
}
