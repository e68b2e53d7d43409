use async_trait::async_trait;
use unlockd_application::ports::{EventFilter, EventOrder, EventRange, EventStore, RecordedEvent, StoreError};
use unlockd_domain::{ActivityEvent, Event, Position};

use super::{MemoryStore, State, StoredEvent};

#[async_trait]
impl EventStore for MemoryStore {
    async fn settled(&self) -> Result<Position, StoreError> {
        let number = self.state()?.events.len() as u64;
        Position::new(number).map_err(|error| StoreError::Internal(error.into()))
    }

    async fn append(&self, event: &ActivityEvent) -> Result<(), StoreError> {
        let mut state = self.state()?;
        if let Some(id) = &event.user_id
            && !state.users.contains_key(id)
        {
            return Err(StoreError::Internal("an event names a user who does not exist".into()));
        }
        state.append_activity(event.clone());
        Ok(())
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
    pub(super) fn append_activity(&mut self, event: ActivityEvent) {
        self.events.push(StoredEvent {
            event: Event::Activity(event),
            request: None,
        });
    }

    fn recorded_events(&self) -> impl Iterator<Item = RecordedEvent> {
        (1..).zip(&self.events).filter_map(|(number, stored)| {
            Some(RecordedEvent {
                position: Position::new(number).ok()?,
                event: stored.event.clone(),
            })
        })
    }
}
