use async_trait::async_trait;
use unlockd_application::ports::{EventFilter, EventOrder, EventRange, EventStore, RecordedEvent, StoreError};
use unlockd_domain::{ActivityEvent, Event, EventName, Position, Timestamp, UserEventName};

use super::{MemoryStore, State, StoredEvent, StoredRequest};

#[async_trait]
impl EventStore for MemoryStore {
    async fn settled(&self) -> Result<Position, StoreError> {
        Position::new(self.state()?.last_position()).map_err(|error| StoreError::Internal(error.into()))
    }

    async fn append(&self, event: &ActivityEvent) -> Result<(), StoreError> {
        let mut state = self.state()?;
        if let Some(id) = &event.user_id
            && !state.users.contains_key(id)
        {
            return Err(StoreError::Internal("an event names a user who does not exist".into()));
        }
        state.append_activity(Some(event));
        Ok(())
    }

    async fn prune(&self, before: Timestamp, after: Position, limit: u32) -> Result<Position, StoreError> {
        let mut state = self.state()?;
        let last = state.last_position();
        let behind = state.events.iter().filter(|stored| stored.position > after.get());
        let examined = behind.take(limit as usize);
        let old = examined.take_while(|stored| stored.event.time() < before && stored.position < last);
        let Some(reached) = old.last().map(|stored| stored.position) else {
            return Ok(after);
        };
        let created = EventName::User(UserEventName::Created);
        state.events.retain(|stored| {
            stored.position <= after.get() || stored.position > reached || stored.event.name() == created
        });
        Position::new(reached).map_err(|error| StoreError::Internal(error.into()))
    }

    async fn select(&self, filter: &EventFilter, range: &EventRange) -> Result<Vec<RecordedEvent>, StoreError> {
        let state = self.state()?;
        let fitting = state
            .recorded_events()
            .filter(|recorded| range.contains(recorded.position) && filter.matches(&recorded.event));
        let limit = range.limit as usize;
        Ok(match range.order {
            EventOrder::Forward => fitting.take(limit).collect(),
            EventOrder::Backward => {
                let mut events: Vec<_> = fitting.collect();
                events.reverse();
                events.truncate(limit);
                events
            }
        })
    }
}

impl State {
    /// Appends the event, if there is one, without what is personal if its user is deleted.
    pub(super) fn append_activity(&mut self, event: Option<&ActivityEvent>) {
        let Some(event) = event else { return };
        let is_erased = event.user_id.as_ref().is_some_and(|id| !self.has_user(id));
        let event = Event::Activity(event.clone());
        self.push_event(if is_erased { event.erased() } else { event }, None);
    }

    pub(super) fn push_event(&mut self, event: Event, request: Option<StoredRequest>) {
        let position = self.last_position() + 1;
        self.events.push(StoredEvent {
            position,
            event,
            request,
        });
    }

    fn last_position(&self) -> u64 {
        self.events.last().map_or(0, |stored| stored.position)
    }

    fn recorded_events(&self) -> impl Iterator<Item = RecordedEvent> {
        self.events.iter().filter_map(|stored| {
            Some(RecordedEvent {
                position: Position::new(stored.position).ok()?,
                event: stored.event.clone(),
            })
        })
    }
}
